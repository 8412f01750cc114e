package guywire.agent.managed;

import guywire.network.text.Text;

/** A server did not answer, or not as a server of ours does. */
public final class ServerAway extends Exception {

  private static final long serialVersionUID = 1;

  private final int status;
  private final transient Text text;

  private ServerAway(int status, Text text) {
    super(text.toString(), null, false, false);
    this.status = status;
    this.text = text;
  }

  static ServerAway of(String key, Object... arguments) {
    return new ServerAway(0, Text.of(ServerAway.class, key, arguments));
  }

  /** One that answered, but not with what was asked for. */
  static ServerAway said(int status, String line) {
    return new ServerAway(status, Text.of(ServerAway.class, "away.says", line));
  }

  /** The status of its answer; 0 if there was none. */
  public int status() {
    return status;
  }

  /** What people read. */
  public Text text() {
    return text;
  }
}
