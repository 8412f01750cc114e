package guywire.node;

import guywire.network.EndpointAddress;
import guywire.network.ForwardPermission;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.json.NodeId;
import guywire.protocol.PublicKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A node of a host, as its state knows it. It holds no secret.
 *
 * @param id the node, however its name and interfaces change
 * @param stage how far it came
 * @param name its name
 * @param interfaces its interfaces
 * @param keys their public keys
 * @param digest the digest of its configuration
 * @param marks the firewall marks that were chosen, by interface
 * @param endpoints the endpoints that its peers were given
 * @param peers the peers of its tunnels
 * @param preDown shell commands to run before it is taken back, if the owner let hooks run
 * @param postDown and those after it
 * @param forwards what gateways pass on when they are asked: this node, or others for it
 */
record NodeRecord(
    NodeId id,
    Stage stage,
    Name name,
    List<InterfaceName> interfaces,
    List<PublicKey> keys,
    String digest,
    Map<InterfaceName, Long> marks,
    List<PeerEndpoint> endpoints,
    List<KnownPeer> peers,
    List<String> preDown,
    List<String> postDown,
    List<ForwardPermission> forwards) {

  /** How far a node came. */
  enum Stage {
    /** It is set up for the first time; a command that is over was ended in the middle. */
    NEW,
    /** It is changed; a command that is over was ended in the middle. */
    CHANGING,
    /** It is what its configuration says. */
    SETTLED
  }

  NodeRecord {
    interfaces = List.copyOf(interfaces);
    keys = List.copyOf(keys);
    marks = Map.copyOf(marks);
    endpoints = List.copyOf(endpoints);
    peers = List.copyOf(peers);
    preDown = List.copyOf(preDown);
    postDown = List.copyOf(postDown);
    forwards = List.copyOf(forwards);
  }

  /** Written out, as a record's own goes through method handles that each process makes anew. */
  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof NodeRecord node
            && id.equals(node.id)
            && stage == node.stage
            && name.equals(node.name)
            && interfaces.equals(node.interfaces)
            && keys.equals(node.keys)
            && digest.equals(node.digest)
            && marks.equals(node.marks)
            && endpoints.equals(node.endpoints)
            && peers.equals(node.peers)
            && preDown.equals(node.preDown)
            && postDown.equals(node.postDown)
            && forwards.equals(node.forwards);
  }

  @Override
  public int hashCode() {
    return 31 * id.hashCode() + digest.hashCode();
  }

  NodeRecord at(Stage other) {
    return new NodeRecord(
        id,
        other,
        name,
        interfaces,
        keys,
        digest,
        marks,
        endpoints,
        peers,
        preDown,
        postDown,
        forwards);
  }

  /** The endpoints that the peers of a tunnel have been given, if that is certain. */
  Map<PublicKey, EndpointAddress> given(InterfaceName tunnel) {
    var given = new HashMap<PublicKey, EndpointAddress>();
    if (stage == Stage.SETTLED) {
      for (var each : endpoints) {
        if (each.tunnel().equals(tunnel)) {
          given.putIfAbsent(each.peer(), each.endpoint());
        }
      }
    }
    return given;
  }
}
