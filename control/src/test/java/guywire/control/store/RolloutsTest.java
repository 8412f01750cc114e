package guywire.control.store;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.control.store.Rollout.State;
import guywire.control.store.Rollout.Trial;
import guywire.network.Name;
import guywire.network.json.NodeId;
import guywire.network.managed.HostDescription;
import guywire.protocol.PrivateKey;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is kept of versions that are not everywhere, over both databases. */
class RolloutsTest {

  private static final Instant THEN = Instant.parse("2030-01-01T00:00:00Z");
  private static final Name HUB = new Name("hub");
  private static final Name PHONE = new Name("phone");
  private static final IpAddress ADDRESS = IpAddress.parse("10.0.0.7");

  @TempDir Path directory;

  private static StoredNode hub(Session session) {
    return new Networks(session).node(Crash.ID, HUB).orElseThrow();
  }

  /** A network of a managed hub and a phone, and the second version of it. */
  private static void make(Session session) {
    Crash.change(session, 0);
    var random = new Random(3);
    var networks = new Networks(session);
    networks.keepNodes(Crash.ID, Set.of(HUB, PHONE), random);
    networks.keepAddresses(Crash.ID, Map.of(PHONE, List.of(ADDRESS)));
    var key = PrivateKey.generate(random).publicKey();
    networks.setKey(Crash.ID, hub(session).id(), key, THEN);
    var host =
        new StoredHost(
            NodeId.random(random),
            Crash.ID,
            Optional.empty(),
            StoredHost.State.WAITING,
            HUB,
            Optional.empty(),
            key,
            "identity",
            new HostDescription("hub", "6.12", List.of(), List.of()),
            "192.0.2.1",
            THEN);
    new Hosts(session).add(host);
    new Hosts(session).approve(host.id(), hub(session).id());
    next(session);
  }

  private static long next(Session session) {
    long version = new Networks(session).of(Crash.ID).orElseThrow().version();
    var author = new Tokens(session).user(new Name("anna"), THEN);
    long number =
        new Networks(session).addVersion(Crash.ID, version, "text", author, "", THEN).orElseThrow();
    new Rollouts(session).begin(Crash.ID, number, THEN);
    return number;
  }

  private static Rollout rollout(Session session) {
    return new Rollouts(session).of(Crash.ID).orElseThrow();
  }

  private static Optional<State> state(Session session, long version) {
    return new Networks(session).version(Crash.ID, version).orElseThrow().state();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void the_former_version_is_kept_with_what_its_plan_needs_until_all_have_the_next(Kind kind)
      throws Exception {
    try (var database = kind.fresh(directory).open()) {
      database.write(session -> {
        make(session);
        assertThat(rollout(session).state()).isEqualTo(State.LANDED);
        assertThat(state(session, 2)).contains(State.LANDED);
        new Networks(session).keepNodes(Crash.ID, Set.of(HUB), new Random(4));
        new Networks(session).keepAddresses(Crash.ID, Map.of(PHONE, List.of()));
        var former = new Rollouts(session).former(rollout(session)).orElseThrow();
        assertThat(former.addresses()).containsExactly(Map.entry(PHONE, List.of(ADDRESS)));
        assertThat(former.keys()).containsOnlyKeys(HUB);
        assertThat(former.devices()).containsExactly(PHONE);

        var trials = List.of(new Trial(hub(session).id(), true, false));
        new Rollouts(session).choose(rollout(session), trials, THEN.plusSeconds(1));
        assertThat(rollout(session).trials()).isEqualTo(trials);
        assertThat(rollout(session).begun()).isEqualTo(THEN.plusSeconds(1));
        assertThat(rollout(session).isTriedBy(hub(session).id())).isTrue();
        assertThat(rollout(session).revision())
            .isEqualTo(new Networks(session).of(Crash.ID).orElseThrow().revision());
        var confirmed = List.of(trials.getFirst().confirm());
        new Rollouts(session).note(rollout(session), confirmed);
        assertThat(rollout(session).trials()).isEqualTo(confirmed);
        new Rollouts(session).release(rollout(session), "a word");
        assertThat(new Rollouts(session).all()).isEmpty();
        assertThat(state(session, 2)).isEmpty();
        assertThat(new Networks(session).version(Crash.ID, 2).orElseThrow().word())
            .isEqualTo("a word");
        return true;
      });
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void what_was_stopped_stays_so_and_the_next_begins_from_what_all_have(Kind kind)
      throws Exception {
    try (var database = kind.fresh(directory).open()) {
      database.write(session -> {
        make(session);
        new Rollouts(session).stop(rollout(session), "why");
        assertThat(rollout(session).state()).isEqualTo(State.STOPPED);
        assertThat(state(session, 2)).contains(State.STOPPED);
        long third = next(session);
        assertThat(rollout(session).former()).isEqualTo(1);
        assertThat(rollout(session).version()).isEqualTo(third);
        long fourth = next(session);
        assertThat(state(session, third)).contains(State.STOPPED);
        assertThat(state(session, fourth)).contains(State.LANDED);
        assertThat(new Networks(session).version(Crash.ID, 2).orElseThrow().word())
            .isEqualTo("why");
        return true;
      });
    }
  }
}
