package guywire.control.api;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request as it came, of which nothing is believed yet.
 *
 * @param method the method
 * @param path the decoded parts of its path
 * @param query the parameters behind the question mark, by name
 * @param authorization the header of that name
 * @param browser what only a browser says
 * @param lastEventId the header of that name
 * @param locale the language that is asked for
 * @param address where it comes from
 * @param content its body, when it is wanted
 */
record Request(
    String method,
    List<String> path,
    Map<String, String> query,
    Optional<String> authorization,
    Browser browser,
    Optional<String> lastEventId,
    Locale locale,
    InetAddress address,
    Content content) {

  /**
   * What a browser says of itself.
   *
   * @param session the cookie that holds its session
   * @param attempt the cookie that holds a sign-in at the identity provider
   * @param page whether it says that our page asks: no page of another origin can say so
   * @param origin the header of that name
   * @param site the header {@code Sec-Fetch-Site}
   * @param host the header of that name
   */
  record Browser(
      Optional<String> session,
      Optional<String> attempt,
      boolean page,
      Optional<String> origin,
      Optional<String> site,
      Optional<String> host) {

    /**
     * Whether our own page asks, rather than one that lured somebody to it: three signs, each of
     * which would be enough, none of which may speak against it.
     */
    boolean isOurPage() {
      return page
          && site.map("same-origin"::equals).orElse(true)
          && origin
              .map(from -> host.map(at -> from.equals("https://" + at)).orElse(false))
              .orElse(true);
    }
  }

  /** Reads a body. */
  @FunctionalInterface
  interface Content {
    /**
     * All of it.
     *
     * @param longest so many bytes at most
     * @throws Problem if it is longer, or comes too slowly
     */
    byte[] read(int longest);
  }
}
