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
    Optional<String> lastEventId,
    Locale locale,
    InetAddress address,
    Content content) {

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
