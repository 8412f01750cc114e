package guywire.control.oidc;

/**
 * Why somebody is not signed in by an identity provider. Its message is for the log: it holds
 * nothing that the provider or a browser said but words of the specification.
 */
public final class OidcRefusal extends Exception {

  private static final long serialVersionUID = 1;

  /** What it comes to for who wants to sign in. */
  public enum Kind {
    /** The provider can't be asked now. */
    AWAY,
    /** What came is not the provider's, not for this server, or not for this sign-in. */
    NOT_BELIEVED,
    /** The provider says who it is, and the settings let only others in. */
    NOT_WANTED
  }

  private final Kind kind;

  OidcRefusal(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  static OidcRefusal away(String message) {
    return new OidcRefusal(Kind.AWAY, message);
  }

  static OidcRefusal notBelieved(String message) {
    return new OidcRefusal(Kind.NOT_BELIEVED, message);
  }

  /** The same once more, for another who asks. */
  static OidcRefusal again(OidcRefusal other) {
    return new OidcRefusal(other.kind, String.valueOf(other.getMessage()));
  }

  /** What it comes to. */
  public Kind kind() {
    return kind;
  }
}
