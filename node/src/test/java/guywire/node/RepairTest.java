package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.Prefix;
import guywire.network.InterfaceName;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is put back of any node that anybody damaged, and what is left alone. */
class RepairTest {

  private static final PrivateKey STRANGER = PrivateKey.of(bytes(77));

  private static byte[] bytes(int value) {
    var bytes = new byte[32];
    bytes[1] = (byte) value;
    return bytes;
  }

  /** A node on a host that is nothing but its places. */
  private static final class Setting {
    final Path directory;
    final ModelHost host = new ModelHost();
    final DeviceMemory memory = new DeviceMemory();

    Setting(Path directory) {
      this.directory = directory;
    }

    Journal journal() {
      return new Journal(
          new StateDirectory(directory.resolve("run")),
          new StateDirectory(directory.resolve("lasting")));
    }

    void look() {
      try (var journal = journal()) {
        for (var node : journal.ledger().nodes()) {
          memory.learn(
              host.observe(new HostScope(node.id(), Optional.empty(), journal.ledger())),
              node,
              false);
        }
      }
    }

    List<Repair.MendStep> mendings(Journal journal) {
      var all = new ArrayList<Repair.MendStep>();
      for (var node : journal.ledger().nodes()) {
        var observed = host.observe(new HostScope(node.id(), Optional.empty(), journal.ledger()));
        all.addAll(Repair.of(observed, journal.ledger(), node, memory, true));
      }
      return all;
    }

    void repair() {
      try (var journal = journal()) {
        var node = journal.ledger().nodes().getFirst();
        var execution = new Execution(host, journal, node.id(), Progress.SILENT);
        for (var mending : mendings(journal)) {
          assertThat(execution.runAll(List.of(mending.step()))).isEmpty();
        }
        journal.settle(node.id());
      }
    }
  }

  private static void apply(Setting at, guywire.network.NodeConfig config, Random random) {
    try (var journal = at.journal()) {
      new Transition(at.host, journal, Progress.SILENT, random)
          .apply(config, TunnelProgram.GUYWIRE, HookPermission.SHOWN);
    }
  }

  @Test
  void whatever_of_a_node_is_damaged_is_put_back_and_nothing_of_the_owners_is_touched(
      @TempDir Path directory) throws Exception {
    int damages = 0;
    for (int seed = 0; seed < 25; seed++) {
      var random = new Random(seed);
      var at = new Setting(Files.createTempDirectory(directory, "host"));
      var owners = new LinkedHashMap<Thing, String>();
      owners.put(new Thing.Setting("net/ipv4/ip_forward"), random.nextBoolean() ? "1" : "0");
      owners.put(
          new Thing.Route(
              Prefix.parse("172.16.0.0/12"),
              Optional.of(guywire.address.IpAddress.parse("192.0.2.2")),
              Optional.empty(),
              254,
              5),
          Thing.THERE);
      owners.forEach(at.host::put);
      apply(at, new RandomNodes(random, false).next(), random);
      at.look();
      var whole = at.host.content();
      try (var journal = at.journal()) {
        assertThat(at.mendings(journal)).as("seed %d: nothing to do", seed).isEmpty();
        for (var claim : journal.ledger().claims()) {
          if (random.nextInt(4) == 0) {
            at.host.bring(claim.thing(), Optional.empty());
            damages++;
          } else if (random.nextInt(4) == 0
              && (claim.thing() instanceof Thing.Setting || claim.thing() instanceof Thing.Table)) {
            at.host.put(claim.thing(), "something else");
            damages++;
          }
          if (claim.thing() instanceof Thing.Address address && random.nextBoolean()) {
            Thing.Connected.of(address).ifPresent(route -> at.host.bring(route, Optional.empty()));
          }
        }
        for (var link : at.host.links()) {
          lose(at.host, ((Thing.Link) link).name(), random);
        }
      }
      at.repair();
      assertThat(at.host.content()).as("seed %d", seed).isEqualTo(whole);

      // The owner takes away what was his before, and puts something beside.
      try (var journal = at.journal()) {
        owners.keySet().stream()
            .filter(thing -> journal.ledger().latest(thing).isEmpty())
            .forEach(thing -> at.host.bring(thing, Optional.empty()));
      }
      at.host.put(new Thing.Table("owners"), "anything");
      Map<String, String> changed = at.host.content();
      at.repair();
      assertThat(at.host.content()).as("seed %d: the owner's", seed).isEqualTo(changed);
    }
    assertThat(damages).isGreaterThan(50);
  }

  /** Some of a device's peers go. */
  private static void lose(ModelHost host, InterfaceName name, Random random) {
    var device =
        host.observe(
                new HostScope(
                    guywire.network.json.NodeId.random(random), Optional.empty(), new Ledger()))
            .devices()
            .get(name);
    if (device != null && random.nextBoolean()) {
      host.configure(
          name,
          new WireGuardDevice(
              device.privateKey(),
              random.nextBoolean() ? device.listenPort() : 4,
              device.firewallMark(),
              device.peers().stream().filter(_ -> random.nextBoolean()).toList()));
    }
  }

  private static final PrivateKey OWN = PrivateKey.of(bytes(1));
  private static final PrivateKey PEER = PrivateKey.of(bytes(2));
  private static final PresharedKey SECRET = PresharedKey.of(bytes(3));

  private Setting withPeer(Path directory) {
    var at = new Setting(directory);
    apply(
        at,
        Nodes.node(OWN, "10.9.0.1/24")
            .listening(51820)
            .peer(PEER, Optional.of(SECRET), "192.0.2.2:51820", "10.9.0.2/32")
            .config(),
        new Random(1));
    return at;
  }

  private static WireGuardDevice device(Setting at) {
    return at.host
        .observe(
            new HostScope(
                guywire.network.json.NodeId.random(new Random(1)), Optional.empty(), new Ledger()))
        .devices()
        .get(Nodes.WG0);
  }

  private static void peers(Setting at, WireGuardPeer... peers) {
    var now = device(at);
    at.host.configure(
        Nodes.WG0,
        new WireGuardDevice(
            now.privateKey(), now.listenPort(), now.firewallMark(), List.of(peers)));
  }

  private static WireGuardPeer stranger(String allowed) {
    return new WireGuardPeer(
        STRANGER.publicKey(),
        Optional.empty(),
        Optional.empty(),
        List.of(Prefix.parse(allowed)),
        0,
        Optional.empty(),
        0,
        0);
  }

  @Test
  void a_peer_that_is_lost_comes_back_with_its_secret_and_one_that_somebody_added_stays(
      @TempDir Path directory) {
    var at = withPeer(directory);
    at.look();
    peers(at, stranger("10.9.0.2/32"));
    at.repair();
    assertThat(device(at).peers()).hasSize(2);
    assertThat(device(at).peer(STRANGER.publicKey())).isPresent();
    var back = device(at).peer(PEER.publicKey()).orElseThrow();
    assertThat(back.presharedKey()).contains(SECRET);
    assertThat(back.allowedIps()).containsExactly(Prefix.parse("10.9.0.2/32"));
    assertThat(back.endpoint().map(Object::toString)).contains("192.0.2.2:51820");
  }

  @Test
  void who_never_saw_a_peer_does_not_make_one_up(@TempDir Path directory) {
    var at = withPeer(directory);
    peers(at);
    at.look();
    at.repair();
    assertThat(device(at).peers()).isEmpty();
    at.host.bring(new Thing.Link(Nodes.WG0), Optional.empty());
    at.repair();
    assertThat(at.host.links()).isEmpty();
  }

  @Test
  void an_endpoint_that_moved_is_none_of_its_business(@TempDir Path directory) {
    var at = withPeer(directory);
    at.look();
    var peer = device(at).peer(PEER.publicKey()).orElseThrow();
    peers(
        at,
        new WireGuardPeer(
            peer.key(),
            peer.presharedKey(),
            guywire.protocol.Endpoint.tryParse("203.0.113.9:4000"),
            peer.allowedIps(),
            0,
            Optional.empty(),
            0,
            0));
    try (var journal = at.journal()) {
      assertThat(at.mendings(journal)).isEmpty();
    }
  }

  @Test
  void what_is_being_changed_or_half_given_back_is_nobodys_to_mend(@TempDir Path directory) {
    var at = withPeer(directory);
    at.look();
    try (var journal = at.journal()) {
      var node = journal.ledger().nodes().getFirst();
      journal.write(new JournalEntry.Node(node.at(NodeRecord.Stage.CHANGING)));
      at.host.bring(new Thing.Link(Nodes.WG0), Optional.empty());
      assertThat(at.mendings(journal)).isEmpty();
    }
  }
}
