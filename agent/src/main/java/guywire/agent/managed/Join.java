package guywire.agent.managed;

import guywire.network.Name;
import guywire.network.managed.JoinRequest;
import guywire.network.managed.Statement;
import java.io.IOException;

/** How this host becomes a node of a server's network. */
public final class Join {

  private Join() {}

  /**
   * What a server made of a wish to join.
   *
   * @param membership where this host joined
   * @param approved whether it is a node already; otherwise somebody has to say yes
   */
  public record Done(Membership membership, boolean approved) {}

  /**
   * Makes this host's keys, where it has none, and asks a server to take it in.
   *
   * @param home where all of that is kept
   * @param url where the server is
   * @param fingerprint SHA-256 of its certificate
   * @param token what lets this host in
   * @param name what it would like to be called
   * @throws ServerAway if the server is not reached, is another one, or refuses
   * @throws IOException if a directory or file is not the caller's own, or can't be used
   */
  public static Done ask(Home home, String url, String fingerprint, String token, Name name)
      throws ServerAway, IOException {
    var keys = home.keys();
    var facts = OwnFacts.seen();
    try (var server = new PinnedServer(url, fingerprint)) {
      String challenge = server.challenge();
      var key = keys.wireGuard().publicKey();
      var request =
          new JoinRequest(
              1,
              name,
              key,
              keys.identity().toString(),
              facts,
              challenge,
              keys.sign(Statement.join(challenge, fingerprint, key)));
      var welcome =
          PinnedServer.read(
              Welcome.CODEC, server.post("/host", token, JoinRequest.CODEC.write(request)));
      var membership =
          new Membership(url, fingerprint, welcome.host(), welcome.networkId(), welcome.network());
      home.keep(membership);
      return new Done(membership, welcome.isApproved());
    }
  }
}
