package guywire.control.api;

import guywire.address.IpAddress;
import guywire.control.api.RunningServer.Said;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.json.NodeId;
import guywire.network.managed.Arrival;
import guywire.network.managed.HostDescription;
import guywire.network.managed.HostDescription.HostLink;
import guywire.network.managed.Identity;
import guywire.network.managed.JoinRequest;
import guywire.network.managed.Statement;
import guywire.protocol.PrivateKey;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Base64;
import java.util.List;

/** A host that joins, with all its keys in hand, as an honest one and as one that is not. */
final class TestHost {

  private static final String BASE = "/api/v1";

  final RunningServer server;
  final PrivateKey wireGuard = PrivateKey.generate(new SecureRandom());
  final KeyPair identity;
  private String lan = "192.0.2.7/24";

  TestHost(RunningServer server) throws GeneralSecurityException {
    this.server = server;
    identity = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  TestHost at(String address) {
    lan = address;
    return this;
  }

  String challenge() {
    return server.get(BASE + "/host/challenge", "").json().get("challenge").asString();
  }

  String sign(Statement statement) {
    try {
      var signature = Signature.getInstance("Ed25519");
      signature.initSign(identity.getPrivate());
      signature.update(statement.bytes());
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What it says to join. */
  String request(String name, String challenge, String fingerprint) {
    var key = wireGuard.publicKey();
    return JoinRequest.CODEC.write(
        new JoinRequest(
            1,
            new Name(name),
            key,
            Identity.of(identity.getPublic()).toString(),
            new HostDescription(
                "box",
                "6.12.0",
                List.of(
                    new HostLink(
                        new InterfaceName("eth0"),
                        List.of(InterfaceAddress.tryParse(lan).orElseThrow()))),
                List.of(
                    new HostDescription.DefaultRoute(
                        new InterfaceName("eth0"),
                        java.util.Optional.of(IpAddress.parse("192.0.2.1"))))),
            challenge,
            sign(Statement.join(challenge, fingerprint, key))));
  }

  Said join(String token, String name) {
    return server.post(BASE + "/host", token, request(name, challenge(), server.fingerprint));
  }

  /** What it says to be known as a host. */
  String arrival(NodeId host, String challenge, String fingerprint) {
    return Arrival.CODEC.write(
        new Arrival(1, host, challenge, sign(Statement.here(challenge, fingerprint, host))));
  }

  Said arrive(String host) {
    return server.post(
        BASE + "/host/session", "", arrival(new NodeId(host), challenge(), server.fingerprint));
  }
}
