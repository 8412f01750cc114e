package guywire.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a server is, how it is known, and what opens it: {@code
 * https://ADDRESS:PORT/#TOKEN~FINGERPRINT}, as servers and {@code guywire tokens} print it. It
 * never shows the token.
 */
final class ServerLink {

  private static final int LONGEST = 1000;

  private static final Pattern URL = Pattern.compile("https://[^/#?@\\s]+");

  private static final Pattern FORM =
      Pattern.compile("(" + URL + ")/?#(gwt_[A-Za-z0-9_-]{43})~([0-9a-f]{64})");

  private final String url;
  private final String token;
  private final String fingerprint;

  ServerLink(String url, String token, String fingerprint) {
    this.url = url;
    this.token = token;
    this.fingerprint = fingerprint;
  }

  /**
   * A link given as an argument, where {@code -} reads it from standard input, with or without the
   * words that a command printed before it.
   */
  static Optional<ServerLink> given(String argument) throws IOException {
    String text =
        argument.equals("-")
            ? new String(System.in.readNBytes(LONGEST), StandardCharsets.UTF_8)
            : argument;
    return text.lines().flatMap(line -> tryParse(line).stream()).findFirst();
  }

  /** Reads a link; empty if it is none. */
  static Optional<ServerLink> tryParse(String text) {
    var matcher = FORM.matcher(text.strip());
    return matcher.matches() && isUrl(matcher.group(1))
        ? Optional.of(new ServerLink(matcher.group(1), matcher.group(2), matcher.group(3)))
        : Optional.empty();
  }

  /** Whether a text says where a server is: {@code https://ADDRESS:PORT}. */
  static boolean isUrl(String text) {
    try {
      return URL.matcher(text).matches() && URI.create(text).getHost() != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Where it is: {@code https://ADDRESS:PORT}. */
  String url() {
    return url;
  }

  /** What opens it, for the server alone. */
  String token() {
    return token;
  }

  /** SHA-256 of the server's certificate, in hexadecimal. */
  String fingerprint() {
    return fingerprint;
  }

  /** The same server opened by another token. */
  ServerLink with(String other) {
    return new ServerLink(url, other, fingerprint);
  }

  /** All of it, for a file of mode 0600 and for whom the token was made. */
  String reveal() {
    return url + "/#" + token + "~" + fingerprint;
  }

  @Override
  public String toString() {
    return url;
  }
}
