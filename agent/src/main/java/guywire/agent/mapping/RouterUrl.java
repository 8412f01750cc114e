package guywire.agent.mapping;

import guywire.address.IpAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A place on a router that is read by HTTP: there is no way to say another host.
 *
 * @param port the TCP port
 * @param path begins with a slash, of visible ASCII characters
 */
record RouterUrl(int port, String path) {

  private static final int MOST_CHARS = 512;
  private static final int USUAL_PORT = 80;

  private static final Pattern PATH = Pattern.compile("/[!-~]*");

  private static final Pattern ABSOLUTE =
      Pattern.compile("(?i:http)://([0-9.]{7,15})(?::([0-9]{1,5}))?(/[!-~]*)?");

  /**
   * Checks both.
   *
   * @throws IllegalArgumentException if one is wrong
   */
  RouterUrl {
    if (port < 1 || port > 65535 || path.length() > MOST_CHARS || !PATH.matcher(path).matches()) {
      throw new IllegalArgumentException("no place on a router");
    }
  }

  /** The place that an absolute URL names; empty if it is on another host, or no such URL. */
  static Optional<RouterUrl> absolute(String text, IpAddress router) {
    if (text.length() > MOST_CHARS) {
      return Optional.empty();
    }
    var found = ABSOLUTE.matcher(text);
    if (!found.matches() || !IpAddress.tryParse(found.group(1)).equals(Optional.of(router))) {
      return Optional.empty();
    }
    var said = Optional.ofNullable(found.group(2));
    int port = said.map(Integer::parseInt).orElse(USUAL_PORT);
    String path = Optional.ofNullable(found.group(3)).orElse("/");
    return port < 1 || port > 65535 ? Optional.empty() : Optional.of(new RouterUrl(port, path));
  }

  /** The place that a URL names which was read in this one. */
  Optional<RouterUrl> resolve(String text, IpAddress router) {
    if (text.contains("://")) {
      return absolute(text, router);
    }
    String whole =
        text.startsWith("/") ? text : path.substring(0, path.lastIndexOf('/') + 1) + text;
    return text.isEmpty() || whole.length() > MOST_CHARS || !PATH.matcher(whole).matches()
        ? Optional.empty()
        : Optional.of(new RouterUrl(port, whole));
  }
}
