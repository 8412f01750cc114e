package guywire.agent.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.network.DnsClient;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeDocument;
import guywire.network.json.NodeId;
import guywire.network.managed.SpareKeys.SpareKey;
import guywire.network.text.Text;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a host comes to have the tunnels that its server plans beside its usual one. */
class SpareTellingTest {

  private static final NetworkId NETWORK = new NetworkId("1".repeat(32));
  private static final NodeId NODE = new NodeId("2".repeat(32));

  @TempDir Path directory;
  private final List<List<SpareKey>> told = new ArrayList<>();
  private final List<List<String>> done = new ArrayList<>();
  private Optional<ServerAway> answer = Optional.empty();
  private long nanos;
  private Home home;
  private PublicKey usual;
  private Trial trial;
  private SpareTelling telling;

  /** A host that notes which tunnels it is set up with. */
  private final class Noted implements Trial.Setup {
    @Override
    public Optional<Text> apply(Accepted wanted) {
      done.add(wanted.config().interfaces().stream().map(each -> each.name().text()).toList());
      return Optional.empty();
    }

    @Override
    public Optional<Text> takeBack(Accepted tried) {
      return Optional.empty();
    }
  }

  @BeforeEach
  void join() throws Exception {
    home = new Home(directory.resolve("joined"));
    usual = home.keys().wireGuard().publicKey();
    connect();
  }

  /** Begins anew, as after a new start of the agent. */
  private void connect() throws Exception {
    var membership =
        new Membership(
            "https://192.0.2.1:8443",
            "0".repeat(64),
            new NodeId("3".repeat(32)),
            NETWORK,
            new Name("lab"));
    trial = new Trial(home, membership, home.keys().ring(), new Noted());
    telling = new SpareTelling(home, trial, this::hear, () -> nanos);
  }

  private void hear(HostKeys keys, List<SpareKey> keysTold) throws ServerAway {
    if (answer.isPresent()) {
      throw answer.get();
    }
    told.add(List.copyOf(keysTold));
  }

  private static PublicKey key() {
    return PrivateKey.generate(new SecureRandom()).publicKey();
  }

  private static TunnelInterface tunnel(String name, PublicKey key, RouteTable table) {
    return new TunnelInterface(
        new InterfaceName(name),
        Optional.empty(),
        Optional.of(key),
        List.of(InterfaceAddress.tryParse("10.0.0.2/24").orElseThrow()),
        OptionalInt.of(51820),
        0,
        OptionalInt.empty(),
        table,
        DnsClient.NONE,
        List.of());
  }

  /** A document with spare tunnels of these keys: {@code wg0-1}, {@code wg0-2}. */
  private String document(PublicKey... spares) {
    var interfaces = new ArrayList<>(List.of(tunnel("wg0", usual, new RouteTable.Auto())));
    for (int i = 0; i < spares.length; i++) {
      interfaces.add(tunnel("wg0-" + (i + 1), spares[i], new RouteTable.Chosen()));
    }
    var config = Leaf.with(interfaces.getFirst()).withInterfaces(interfaces);
    return new NodeDocument(Optional.of(NETWORK), NODE, spares.length, config).write();
  }

  private boolean tell(String document) throws Exception {
    return telling.tell(trial.read(document).orElseThrow());
  }

  private PublicKey lastTold(PublicKey planned) {
    return told.getLast().stream()
        .filter(key -> key.planned().equals(planned))
        .map(SpareKey::publicKey)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void keys_are_made_and_told_and_the_document_that_names_them_is_followed_whole()
      throws Exception {
    var first = key();
    var second = key();
    assertThat(tell(document(first, second))).as("a newer one is on its way").isTrue();
    assertThat(told).hasSize(1);
    String whole = document(lastTold(first), lastTold(second));
    assertThat(lastTold(first)).isNotEqualTo(lastTold(second)).isNotEqualTo(usual);
    assertThat(tell(whole)).isFalse();
    assertThat(trial.take(2, whole, _ -> true)).isEmpty();
    assertThat(done).containsExactly(List.of("wg0", "wg0-1", "wg0-2"));
    assertThat(home.isWhole()).isTrue();
    connect();
    trial.resume();
    assertThat(done.getLast()).as("after a new start").contains("wg0-1", "wg0-2");
    assertThat(Files.getPosixFilePermissions(home.directory().resolve(SpareSecrets.FILE)))
        .hasToString("[OWNER_READ, OWNER_WRITE]");
    assertThat(home.keys().spares().toString())
        .doesNotContain(
            Stream.of("wg0-1", "wg0-2").map(name -> home(name).base64()).toArray(String[]::new));
  }

  private PrivateKey home(String tunnel) {
    try {
      return home.keys().spares().of(new InterfaceName(tunnel)).orElseThrow();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void documents_that_were_on_their_way_are_passed_over_for_a_while() throws Exception {
    var planned = key();
    assertThat(tell(document(planned))).isTrue();
    assertThat(tell(document(planned))).isTrue();
    assertThat(told).as("said once").hasSize(1);
    nanos += TimeUnit.SECONDS.toNanos(6);
    assertThat(tell(document(planned))).as("it was lost").isTrue();
    assertThat(told).hasSize(2);
    assertThat(told.getFirst()).as("the same key").isEqualTo(told.getLast());
  }

  @Test
  void a_tunnel_that_comes_again_has_the_key_that_it_had() throws Exception {
    var planned = key();
    tell(document(planned));
    var own = lastTold(planned);
    assertThat(tell(document())).as("the tunnel went").isFalse();
    assertThat(tell(document(planned))).isTrue();
    assertThat(lastTold(planned)).isEqualTo(own);
  }

  @Test
  void of_a_new_tunnel_alone_the_key_is_told() throws Exception {
    var first = key();
    var second = key();
    tell(document(first));
    var own = lastTold(first);
    tell(document(own, second));
    assertThat(told.getLast()).extracting(SpareKey::planned).containsExactly(second);
  }

  @Test
  void when_the_hosts_own_key_has_changed_those_of_its_tunnels_follow() throws Exception {
    var planned = key();
    tell(document(planned));
    var former = lastTold(planned);
    var both = home.keysWithNext();
    trial.know(both.ring());
    usual = both.next().orElseThrow().publicKey();
    trial.take(1, document(former), _ -> true);
    // Asked twice, as by a process that was ended in the middle.
    home.keysWithOne(Optional.of(usual));
    trial.know(home.keysWithOne(Optional.of(usual)).ring());
    assertThat(tell(document(former))).isTrue();
    var newest = lastTold(former);
    assertThat(newest).isNotEqualTo(former);
    telling.settle(trial.current().orElseThrow().document());
    assertThat(home.keys().ring().own(former)).as("the host keeps to it still").isPresent();
    trial.take(2, document(newest), _ -> true);
    assertThat(done.getLast()).containsExactly("wg0", "wg0-1");
    telling.settle(trial.current().orElseThrow().document());
    assertThat(home.keys().ring().own(former)).isEmpty();
    assertThat(tell(document(newest))).isFalse();
  }

  @Test
  void a_newer_key_that_the_server_does_not_take_takes_no_tunnel_down() throws Exception {
    var planned = key();
    tell(document(planned));
    var former = lastTold(planned);
    trial.take(1, document(former), _ -> true);
    usual = home.keysWithNext().next().orElseThrow().publicKey();
    trial.know(home.keysWithOne(Optional.of(usual)).ring());
    answer = Optional.of(ServerAway.said(409, "too soon"));
    String next = document(former);
    assertThat(tell(next)).isFalse();
    trial.take(2, next, _ -> true);
    assertThat(done.getLast()).containsExactly("wg0", "wg0-1");
    assertThat(home.isWhole()).isTrue();
  }

  @Test
  void a_server_that_takes_no_keys_is_followed_without_these_tunnels_and_asked_once()
      throws Exception {
    answer = Optional.of(ServerAway.said(404, "no such path"));
    var planned = key();
    String document = document(planned);
    assertThat(tell(document)).isFalse();
    assertThat(trial.take(1, document, _ -> true)).isEmpty();
    assertThat(done).containsExactly(List.of("wg0"));
    assertThat(home.isWhole()).isFalse();
    answer = Optional.empty();
    assertThat(tell(document)).isFalse();
    assertThat(told).isEmpty();
    connect();
    assertThat(telling.tell(trial.current().orElseThrow().document()))
        .as("on the next connection it is asked again")
        .isTrue();
  }

  @Test
  void a_server_that_is_away_is_told_on_the_next_connection() throws Exception {
    answer = Optional.of(ServerAway.said(503, "busy"));
    var planned = key();
    assertThatThrownBy(() -> tell(document(planned))).isInstanceOf(ServerAway.class);
    answer = Optional.empty();
    connect();
    assertThat(tell(document(planned))).isTrue();
  }

  @Test
  void a_file_of_keys_that_is_none_is_not_written_over() throws Exception {
    home.write(SpareSecrets.FILE, "wg0-1 no-key\n");
    assertThatThrownBy(() -> home.keysWithSpares(List.of(new InterfaceName("wg0-2"))))
        .hasMessageContaining("no keys")
        .hasMessageNotContaining("no-key");
    assertThat(home.text(SpareSecrets.FILE)).contains("wg0-1 no-key\n");
  }
}
