package guywire.control.api;

import guywire.network.text.Text;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request that is not answered as it was asked: a status, a word for programs, a line to read.
 */
final class Problem extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final int status;
  private final String code;
  private final transient Text text;
  private final transient ObjectNode more;

  private Problem(int status, String code, Text text, ObjectNode more) {
    super(code, null, false, false);
    this.status = status;
    this.code = code;
    this.text = text;
    this.more = more;
  }

  /** With the message under {@code code} in the bundle of the API. */
  static Problem of(int status, String code, Object... arguments) {
    return new Problem(status, code, Text.of(Problem.class, code, arguments), ApiJson.object());
  }

  /** That somebody has to wait, for so many seconds. */
  static Problem wait(String code, long seconds) {
    var more = ApiJson.object();
    more.put("retry-after-seconds", seconds);
    return of(429, code, String.valueOf(seconds)).with(more);
  }

  /** With a message of another room. */
  static Problem of(int status, String code, Text text) {
    return new Problem(status, code, text, ApiJson.object());
  }

  /** The same with more members beside the error. */
  Problem with(ObjectNode members) {
    return new Problem(status, code, text, members);
  }

  /**
   * Whether somebody tried a password, or a code of ours or the provider's, that is not the one.
   */
  boolean isGuess() {
    return code.equals("wrong-password")
        || code.equals("wrong-code")
        || code.equals("provider-not-believed");
  }

  int status() {
    return status;
  }

  ObjectNode json(Locale locale) {
    var node = ApiJson.object();
    var error = node.putObject("error");
    error.put("code", code);
    error.put("text", text.in(locale));
    node.setAll(more);
    return node;
  }
}
