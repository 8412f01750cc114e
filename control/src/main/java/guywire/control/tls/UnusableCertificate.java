package guywire.control.tls;

import guywire.network.text.Text;

/** Why files are no certificate that a server could answer with, in words without their content. */
public final class UnusableCertificate extends Exception {

  private static final long serialVersionUID = 1;
  private final transient Text text;

  private UnusableCertificate(Text text) {
    super(text.toString());
    this.text = text;
  }

  static UnusableCertificate of(String key, String... arguments) {
    return new UnusableCertificate(
        Text.of(UnusableCertificate.class, "unusable." + key, (Object[]) arguments));
  }

  /** What people read. */
  public Text text() {
    return text;
  }
}
