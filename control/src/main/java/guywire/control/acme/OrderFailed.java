package guywire.control.acme;

import guywire.network.text.Text;
import java.time.Instant;
import java.util.Optional;

/** Why an authority made no certificate. */
public final class OrderFailed extends Exception {

  private static final long serialVersionUID = 1;

  /** As long as people read; what an authority says may be of any length. */
  private static final int LONGEST = 300;

  private final transient Text text;
  private final transient Optional<Instant> notBefore;

  private OrderFailed(Text text, Optional<Instant> notBefore) {
    super(text.toString());
    this.text = text;
    this.notBefore = notBefore;
  }

  static OrderFailed of(String key, String... said) {
    return new OrderFailed(text(key, said), Optional.empty());
  }

  /** It has been asked too often, and said when it may be asked again. */
  static OrderFailed limited(String said, Optional<Instant> notBefore) {
    return new OrderFailed(text("limited", said), notBefore);
  }

  static Text text(String key, String... said) {
    var cut = new Object[said.length];
    for (int i = 0; i < said.length; i++) {
      cut[i] = said[i].length() > LONGEST ? said[i].substring(0, LONGEST) + "..." : said[i];
    }
    return Text.of(OrderFailed.class, "acme." + key, cut);
  }

  /** What people read. */
  public Text text() {
    return text;
  }

  /** Before when it is not to be asked again, if the authority said so. */
  public Optional<Instant> notBefore() {
    return notBefore;
  }
}
