package guywire.control.store;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.store.TunnelKeys.Spare;
import guywire.network.Name;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is kept of the tunnels beside the usual ones, over SQLite and PostgreSQL alike. */
@Timeout(180)
class TunnelKeysTest {

  private static final Instant NOW = Instant.ofEpochMilli(1_790_000_000_000L);
  private static final Spare AT_HUB = new Spare(new Name("a"), new Name("hub"));
  private static final Spare AT_OTHER = new Spare(new Name("a"), new Name("other"));

  @TempDir Path directory;

  private static PublicKey key() {
    return PrivateKey.generate(new SecureRandom()).publicKey();
  }

  private static void define(Database database, String... names) {
    database.write(session -> {
      new Networks(session).keepNodes(Crash.ID, names(names), new Random(1));
      return true;
    });
  }

  private static Set<Name> names(String... names) {
    return Arrays.stream(names).map(Name::new).collect(Collectors.toSet());
  }

  private static Map<Spare, PublicKey> all(Database database) {
    return database.read(session -> new TunnelKeys(session).of(Crash.ID));
  }

  private static void keep(Database database, Spare tunnel, PublicKey key) {
    database.write(session -> {
      new TunnelKeys(session).keep(Crash.ID, tunnel, key, NOW);
      return true;
    });
  }

  private static long revision(Database database) {
    return database
        .read(session -> new Networks(session).of(Crash.ID))
        .map(StoredNetwork::revision)
        .orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void a_tunnel_has_the_key_that_was_told_last_and_each_is_another_revision(Kind kind)
      throws Exception {
    try (var database = kind.fresh(directory).open()) {
      database.write(session -> new Networks(session).add(Crash.ID, Crash.NETWORK, NOW));
      define(database, "a", "b", "hub", "other");
      var first = key();
      var second = key();
      long before = revision(database);
      keep(database, AT_HUB, first);
      keep(database, AT_OTHER, second);
      assertThat(all(database)).isEqualTo(Map.of(AT_HUB, first, AT_OTHER, second));
      var third = key();
      keep(database, AT_HUB, third);
      assertThat(all(database)).isEqualTo(Map.of(AT_HUB, third, AT_OTHER, second));
      assertThat(revision(database)).isEqualTo(before + 3);
      assertThat(database.<Object>read(s -> new TunnelKeys(s).having(Crash.ID, third)))
          .isEqualTo(Optional.of(AT_HUB));
      assertThat(database.<Object>read(s -> new TunnelKeys(s).having(Crash.ID, first)))
          .as("nobody's any more")
          .isEqualTo(Optional.empty());
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void keys_stay_one_version_longer_than_their_relay_for_those_who_have_the_former(Kind kind)
      throws Exception {
    try (var database = kind.fresh(directory).open()) {
      database.write(session -> new Networks(session).add(Crash.ID, Crash.NETWORK, NOW));
      define(database, "a", "b", "hub", "other");
      var key = key();
      keep(database, AT_HUB, key);
      define(database, "a", "b", "other");
      assertThat(all(database)).isEqualTo(Map.of(AT_HUB, key));
      define(database, "a", "b");
      assertThat(all(database)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void a_node_of_a_former_nodes_name_has_none_of_its_keys(Kind kind) throws Exception {
    try (var database = kind.fresh(directory).open()) {
      database.write(session -> new Networks(session).add(Crash.ID, Crash.NETWORK, NOW));
      define(database, "a", "b", "hub");
      var key = key();
      keep(database, AT_HUB, key);
      define(database, "b", "hub");
      assertThat(database.<Object>read(s -> new TunnelKeys(s).having(Crash.ID, key)))
          .as("its host may be another node, with the same keys")
          .isEqualTo(Optional.empty());
      define(database, "a", "b", "hub");
      assertThat(all(database)).isEmpty();
      // And so it is when a node's host is forgotten.
      keep(database, AT_HUB, key);
      database.write(session -> {
        var networks = new Networks(session);
        networks.forgetKey(Crash.ID, networks.node(Crash.ID, new Name("a")).orElseThrow().id());
        return true;
      });
      assertThat(all(database)).isEmpty();
    }
  }
}
