package guywire.agent.managed;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.DnsClient;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.network.json.KeyRing;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeDocument;
import guywire.network.json.NodeId;
import guywire.network.text.Text;
import guywire.protocol.PrivateKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a host does with what its server says that it shall be: the dead man's switch, and what it
 * refuses.
 */
class TrialTest {

  private static final NetworkId NETWORK = new NetworkId("1".repeat(32));
  private static final NodeId NODE = new NodeId("2".repeat(32));

  @TempDir Path directory;
  private final PrivateKey key = PrivateKey.generate(new SecureRandom());
  private final List<PrivateKey> keys = new ArrayList<>(List.of(key));
  private final List<String> done = new ArrayList<>();
  private Home home;
  private Trial trial;

  /** A host that notes what it is set up as. */
  private final class Noted implements Trial.Setup {
    @Override
    public Optional<Text> apply(Accepted wanted) {
      done.add("port " + port(wanted));
      return Optional.empty();
    }

    @Override
    public Optional<Text> takeBack(Accepted tried) {
      done.add("nothing");
      return Optional.empty();
    }
  }

  private static int port(Accepted accepted) {
    return accepted.config().interfaces().getFirst().listenPort().orElseThrow();
  }

  @BeforeEach
  void join() {
    home = new Home(directory.resolve("joined"));
    trial = started();
  }

  private Trial started() {
    var membership =
        new Membership(
            "https://192.0.2.1:8443",
            "0".repeat(64),
            new NodeId("3".repeat(32)),
            NETWORK,
            new Name("lab"));
    return new Trial(home, membership, KeyRing.ofKeys(keys), new Noted());
  }

  private String document(NetworkId network, NodeId node, PrivateKey owner, int port) {
    var tunnel =
        new TunnelInterface(
            new InterfaceName("wg0"),
            Optional.empty(),
            Optional.of(owner.publicKey()),
            List.of(InterfaceAddress.tryParse("10.0.0.2/24").orElseThrow()),
            OptionalInt.of(port),
            0,
            OptionalInt.empty(),
            new RouteTable.Auto(),
            DnsClient.NONE,
            List.of());
    var config = Leaf.with(tunnel);
    return new NodeDocument(Optional.of(network), node, port, config).write();
  }

  private String document(int port) {
    return document(NETWORK, NODE, key, port);
  }

  @Test
  void a_document_counts_once_the_server_was_reached_through_it() throws Exception {
    assertThat(trial.take(1, document(1), _ -> true)).isEmpty();
    assertThat(trial.take(2, document(2), _ -> true)).isEmpty();
    assertThat(done).containsExactly("port 1", "port 2");
    assertThat(port(trial.current().orElseThrow())).isEqualTo(2);
    assertThat(trial.rejected()).isEmpty();
    var next = started();
    done.clear();
    assertThat(next.resume()).isEmpty();
    assertThat(done).as("after a new start, without a server").containsExactly("port 2");
  }

  @Test
  void a_host_that_a_document_cuts_off_goes_back_by_itself_and_says_which_it_was()
      throws Exception {
    trial.take(1, document(1), _ -> true);
    var why = trial.take(2, document(2), _ -> false);
    assertThat(why.orElseThrow().toString()).contains("went back");
    assertThat(done).containsExactly("port 1", "port 2", "port 1");
    assertThat(port(trial.current().orElseThrow())).isEqualTo(1);
    var rejected = started().rejected().orElseThrow();
    assertThat(rejected.revision()).isEqualTo(2);
    assertThat(rejected.why()).contains("went back");
    trial.take(3, document(3), _ -> true);
    assertThat(trial.rejected()).as("another one holds").isEmpty();
  }

  @Test
  void a_host_that_changes_its_key_has_the_one_that_its_document_names_whenever_it_is_started()
      throws Exception {
    trial.take(1, document(1), _ -> true);
    var next = PrivateKey.generate(new SecureRandom());
    String changed = document(NETWORK, NODE, next, 2);
    assertThat(trial.take(2, changed, _ -> true).orElseThrow().toString())
        .as("not announced yet")
        .contains("has not this host's key");

    keys.add(next);
    trial.know(KeyRing.ofKeys(keys));
    assertThat(trial.take(3, changed, _ -> false)).as("the server is not reached").isPresent();
    assertThat(trial.current().orElseThrow().ownKey()).contains(key.publicKey());
    assertThat(started().current().orElseThrow().ownKey()).contains(key.publicKey());
    assertThat(trial.take(4, changed, _ -> true)).isEmpty();
    assertThat(started().current().orElseThrow().ownKey()).contains(next.publicKey());
    assertThat(started().resume()).isEmpty();
  }

  @Test
  void of_a_first_document_that_cuts_a_host_off_nothing_stays() throws Exception {
    trial.take(1, document(1), _ -> false);
    assertThat(done).containsExactly("port 1", "nothing");
    assertThat(trial.current()).isEmpty();
  }

  @Test
  void a_process_that_was_ended_in_the_middle_goes_back_as_well() throws Exception {
    trial.take(1, document(1), _ -> true);
    home.write("trial.json", document(2));
    done.clear();
    started().resume();
    assertThat(done).containsExactly("port 1");
    assertThat(trial.rejected().orElseThrow().revision()).isEqualTo(2);
    assertThat(home.text("trial.json")).isEmpty();
  }

  @Test
  void what_a_malicious_server_says_is_refused_in_one_clear_line() throws Exception {
    trial.take(1, document(1), _ -> true);
    done.clear();
    var other = PrivateKey.generate(new SecureRandom());
    String hooked =
        sealed(
            document(2)
                .replace(
                    "\"name\":\"leaf\"",
                    "\"name\":\"leaf\",\"hooks\":[{\"when\":\"post-up\",\"command\":\"touch /tmp/x\"}]"));
    assertThat(hooked).contains("hooks").isNotEqualTo(document(2));
    assertThat(trial.take(2, sealed(document(2)), _ -> true)).as("the digest is right").isEmpty();
    trial.take(1, document(1), _ -> true);
    done.clear();
    for (var wrong :
        List.of(
            List.of(hooked, "hooks"),
            List.of(document(new NetworkId("4".repeat(32)), NODE, key, 2), "another network"),
            List.of(document(NETWORK, new NodeId("5".repeat(32)), key, 2), "another node, leaf"),
            List.of(document(NETWORK, NODE, other, 2), "has not this host's key"),
            List.of("{\"run\":\"touch /tmp/x\"}", "refused"))) {
      var why = trial.take(2, wrong.getFirst(), _ -> true).orElseThrow().toString();
      assertThat(why).contains(wrong.getLast()).doesNotContain("\n", "touch");
    }
    assertThat(done).as("nothing of it was done").isEmpty();
    assertThat(port(trial.current().orElseThrow())).isEqualTo(1);
  }

  /** A document with another content, whose digest is right. */
  private static String sealed(String document) throws Exception {
    int at = document.indexOf("\"node\":{") + 7;
    String content = document.substring(at, document.length() - 1);
    String digest =
        java.util.HexFormat.of()
            .formatHex(
                java.security.MessageDigest.getInstance("SHA-256")
                    .digest(content.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    return document.replaceFirst("\"digest\":\"[0-9a-f]{64}\"", "\"digest\":\"" + digest + "\"");
  }
}
