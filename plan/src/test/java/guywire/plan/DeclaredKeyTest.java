package guywire.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.plan.KeyStoreException.Reason;
import guywire.plan.definition.Definition;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that were not made by Guywire: public ones that are declared, private ones taken over. */
class DeclaredKeyTest {

  private static final Name SERVER = new Name("server");
  private static final Name PHONE = new Name("phone");
  private static final PrivateKey MINE = PrivateKey.generate(new Random(1));
  private static final PrivateKey OTHER = PrivateKey.generate(new Random(2));
  private static final PresharedKey SHARED = PresharedKey.generate(new Random(3));

  @TempDir private Path directory;

  private Planned planned(KeyStore keys) {
    String yaml =
        """
        network: n
        overlay: 10.0.0.0/24
        nodes:
          server: {public: 192.0.2.1}
          phone: {roaming: true, public-key: %s}
        """
            .formatted(MINE.publicKey());
    return Planner.plan(Definition.parse("n.yaml", yaml).definition().orElseThrow(), keys);
  }

  private static NodeConfig node(Planned planned, Name name) {
    return planned.network().flatMap(network -> network.node(name)).orElseThrow();
  }

  private static PublicKey phoneAtServer(Planned planned) {
    return node(planned, SERVER).interfaces().getFirst().peers().getFirst().publicKey();
  }

  @Test
  void a_node_whose_public_key_is_declared_keeps_its_private_key_to_itself() {
    var planned = planned(KeyStore.directory(directory));
    assertThat(phoneAtServer(planned)).isEqualTo(MINE.publicKey());
    assertThat(node(planned, PHONE).interfaces().getFirst().privateKey()).isEmpty();
    assertThat(directory.resolve("phone.key")).doesNotExist();
  }

  @Test
  void a_private_key_that_was_taken_over_is_used() {
    KeyStore.adopt(directory, Map.of(PHONE, MINE), Map.of());
    var planned = planned(KeyStore.directory(directory));
    assertThat(node(planned, PHONE).interfaces().getFirst().privateKey()).contains(MINE);
    assertThat(phoneAtServer(planned)).isEqualTo(MINE.publicKey());
  }

  @Test
  void a_kept_key_that_is_not_the_declared_one_is_an_error() {
    KeyStore.adopt(directory, Map.of(PHONE, OTHER), Map.of());
    var planned = planned(KeyStore.directory(directory));
    assertThat(planned.findings())
        .extracting(finding -> finding.what().key())
        .containsExactly("key-another");
  }

  @Test
  void for_one_run_a_key_is_made_up_on_both_sides() {
    var planned = planned(KeyStore.borrowing(directory));
    var made = node(planned, PHONE).interfaces().getFirst().privateKey().orElseThrow();
    assertThat(phoneAtServer(planned)).isEqualTo(made.publicKey()).isNotEqualTo(MINE.publicKey());
  }

  @Test
  void keys_taken_over_can_be_read_by_their_owner_only() throws IOException {
    KeyStore.adopt(directory, Map.of(PHONE, MINE), Map.of(Set.of(PHONE, SERVER), SHARED));
    var keys = KeyStore.directory(directory);
    assertThat(keys.privateKey(PHONE)).isEqualTo(MINE);
    assertThat(keys.presharedKey(SERVER, PHONE)).isEqualTo(SHARED);
    for (var file : new String[] {"phone.key", "phone+server.psk"}) {
      var mode = Files.getPosixFilePermissions(directory.resolve(file));
      assertThat(PosixFilePermissions.toString(mode)).isEqualTo("rw-------");
    }
  }

  @Test
  void another_key_in_the_way_stops_all_of_it() {
    KeyStore.adopt(directory, Map.of(SERVER, OTHER), Map.of());
    assertThatThrownBy(() -> KeyStore.adopt(directory, Map.of(PHONE, MINE, SERVER, MINE), Map.of()))
        .isInstanceOfSatisfying(
            KeyStoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.ANOTHER_KEY));
    assertThat(directory.resolve("phone.key")).doesNotExist();
    assertThat(KeyStore.directory(directory).privateKey(SERVER)).isEqualTo(OTHER);
  }
}
