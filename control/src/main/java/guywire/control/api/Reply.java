package guywire.control.api;

import guywire.control.change.ChangeFeed;
import guywire.control.join.Joining;
import guywire.control.oidc.SignInAttempts.Attempt;
import guywire.control.store.StoredHost;
import guywire.control.store.StoredNetwork;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import guywire.control.store.User;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** What a request is answered with. */
sealed interface Reply {

  /**
   * JSON.
   *
   * @param status the status
   * @param body the body
   */
  record Json(int status, JsonNode body) implements Reply {}

  /**
   * JSON for a browser whose session begins or ends by it.
   *
   * @param status the status
   * @param body the body
   * @param session the secret of the session that begins; empty if it ends
   */
  record Signed(int status, JsonNode body, Optional<TokenSecret> session) implements Reply {}

  /**
   * JSON for a browser that goes to sign in elsewhere and comes back.
   *
   * @param status the status
   * @param body the body
   * @param attempt what it keeps meanwhile, and shows to nobody
   */
  record Away(int status, JsonNode body, Attempt attempt) implements Reply {}

  /**
   * A text that is given out as it was taken in.
   *
   * @param type the media type
   * @param tag which version of it this is
   * @param text the text
   */
  record Text(String type, Optional<String> tag, String text) implements Reply {}

  /**
   * What happens to a network, as it happens.
   *
   * @param by the token of who listens, which may end meanwhile
   * @param network the network
   * @param only whose devices alone are told of; empty for those of everybody, and for nodes
   * @param after the revision that the listener knows; -1 for none
   * @param feed where changes are told
   * @param live what its nodes and devices are doing
   */
  record Events(
      Token by, StoredNetwork network, Optional<User> only, long after, ChangeFeed feed, Live live)
      implements Reply {}

  /**
   * What a host shall be, now and whenever that changes.
   *
   * @param by the token of the host, which may end meanwhile
   * @param host the host
   * @param digest of the document that it has; empty if it has none
   * @param joining where to hear of it
   */
  record Told(Token by, StoredHost host, String digest, Joining joining) implements Reply {}

  static Reply ok(JsonNode body) {
    return new Json(200, body);
  }

  static Reply created(JsonNode body) {
    return new Json(201, body);
  }
}
