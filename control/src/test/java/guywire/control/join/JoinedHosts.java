package guywire.control.join;

import guywire.control.store.Database;
import guywire.control.store.Hosts;
import guywire.control.store.Networks;
import guywire.control.store.StoredHost;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.network.Name;
import guywire.network.json.NodeId;
import guywire.network.managed.HostDescription;
import guywire.protocol.PrivateKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Hosts that have joined as a node of their network, with a key of their own. */
final class JoinedHosts {

  private JoinedHosts() {}

  /** Lets one join and approves it. */
  static StoredHost add(
      Database database, StoredNetwork network, String name, Random random, Instant now) {
    var host =
        new StoredHost(
            NodeId.random(random),
            network.id(),
            Optional.empty(),
            StoredHost.State.WAITING,
            new Name(name),
            Optional.empty(),
            PrivateKey.generate(random).publicKey(),
            "identity of " + name,
            new HostDescription(name, "6.12", List.of(), List.of()),
            "192.0.2.1",
            now);
    return database
        .write(session -> {
          var networks = new Networks(session);
          StoredNode node = networks.node(network.id(), new Name(name)).orElseThrow();
          new Hosts(session).add(host);
          new Hosts(session).approve(host.id(), node.id());
          networks.setKey(network.id(), node.id(), host.publicKey(), now);
          return new Hosts(session).of(host.id());
        })
        .orElseThrow();
  }
}
