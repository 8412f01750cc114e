package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.Prefix;
import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.network.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A command that changes a host from any configuration to any other ends at any moment, by a power
 * cut, kill -9, a restart, or because a step fails. The next command makes the host what it says,
 * or gives it back as it was; whatever the owner has is as before.
 */
@Execution(ExecutionMode.CONCURRENT)
class EndedInTheMiddleTest {

  /** How a command ends. */
  private enum End {
    /** From one moment on nothing is done any more, not even what would undo. */
    KILLED,
    /** The same, and the machine starts anew: the kernel and /run have forgotten everything. */
    RESTARTED,
    /** One step fails, after it did its work. */
    FAILED_LATE,
    /** One step fails, before it did anything. */
    FAILED_EARLY,
    /** Somebody presses Ctrl-C while a step is at work, which hears of it or does not. */
    INTERRUPTED,
    /** From one moment on the disk takes nothing any more. */
    DISK_FULL;

    /** Whether nobody is left who could undo anything. */
    boolean kills() {
      return this == KILLED || this == RESTARTED;
    }
  }

  /** What a killed process throws: nobody catches it and does something useful. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  /** A host whose command ends at the step of a number. */
  private static final class EndingHost implements Host {
    private final Host host;
    private final End end;
    private final Random random;
    private int left;

    EndingHost(Host host, End end, int left, Random random) {
      this.random = random;
      this.host = host;
      this.end = end;
      this.left = left;
    }

    private interface Work<T> {
      T done();
    }

    private <T> T step(Work<T> work) {
      if (end.kills()) {
        if (left <= 0) {
          throw new Killed();
        }
        left--;
        T result = work.done();
        // Half of the moments lie behind a step, before anybody could note that it is done.
        if (left == 0) {
          throw new Killed();
        }
        left--;
        return result;
      }
      left--;
      return switch (left == 0 ? end : End.DISK_FULL) {
        case FAILED_EARLY -> throw failure();
        case FAILED_LATE -> {
          work.done();
          throw failure();
        }
        case INTERRUPTED -> interrupted(work);
        default -> work.done();
      };
    }

    /** A program that a step waits for is ended, before or after its work; other steps go on. */
    private <T> T interrupted(Work<T> work) {
      Thread.currentThread().interrupt();
      int heard = random.nextInt(3);
      if (heard == 0) {
        throw failure();
      }
      T result = work.done();
      if (heard == 1) {
        throw failure();
      }
      return result;
    }

    private static SetupFailure failure() {
      return new SetupFailure(Text.of(Host.class, "step.failed", "on purpose"));
    }

    @Override
    public Observed observe(HostScope scope) {
      return host.observe(scope);
    }

    @Override
    public Optional<String> bring(Thing thing, Optional<String> to) {
      return step(() -> host.bring(thing, to));
    }

    @Override
    public void configure(InterfaceName name, WireGuardDevice target) {
      step(() -> {
        host.configure(name, target);
        return true;
      });
    }

    @Override
    public Commands.Ended shell(String line) {
      return host.shell(line);
    }
  }

  /** A journal whose disk is full from one line on. */
  private static final class FullDiskJournal extends Journal {
    private int left;

    FullDiskJournal(StateDirectory volatiles, StateDirectory durables, int left) {
      super(volatiles, durables);
      this.left = left;
    }

    @Override
    void write(List<JournalEntry> entries) {
      if (--left <= 0) {
        throw full();
      }
      super.write(entries);
    }

    @Override
    void settle(guywire.network.json.NodeId node) {
      if (left <= 0) {
        throw full();
      }
      super.settle(node);
    }

    private static java.io.UncheckedIOException full() {
      return new java.io.UncheckedIOException(new IOException("No space left on device"));
    }
  }

  private static final class Run {
    private final long seed;
    private final Path directory;
    private final ModelHost host = new ModelHost();
    private final Random random;

    Run(long seed, Path directory) {
      this.seed = seed;
      this.directory = directory;
      this.random = new Random(seed);
    }

    Journal journal() {
      return new Journal(volatiles(), durables());
    }

    StateDirectory volatiles() {
      return new StateDirectory(directory.resolve("run"));
    }

    StateDirectory durables() {
      return new StateDirectory(directory.resolve("lasting"));
    }

    void apply(NodeConfig config, Host on, Journal journal) {
      try (journal) {
        var transition = new Transition(on, journal, Progress.SILENT, random);
        transition.clearUp();
        transition.apply(config, TunnelProgram.GUYWIRE, HookPermission.SHOWN);
      }
    }

    /** A start of the machine: its owner's boot makes again what he has; files are as they were. */
    void restart(Map<Thing, String> owners) throws IOException {
      host.restart(owners);
      try (var files = Files.walk(directory.resolve("run"))) {
        for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      } catch (NoSuchFileException e) {
        // The command ended before it had written anything.
      }
    }

    void takeBackAll() {
      try (var journal = journal()) {
        var transition = new Transition(host, journal, Progress.SILENT, random);
        transition.clearUp();
        journal.ledger().nodes().forEach(transition::takeBack);
      }
    }

    /** What a fresh host becomes by a configuration. */
    Map<String, String> expected(NodeConfig config, Map<Thing, String> owners) throws IOException {
      var fresh = new Run(seed, Files.createTempDirectory(directory, "fresh"));
      owners.forEach(fresh.host::put);
      fresh.apply(config, fresh.host, fresh.journal());
      return comparable(fresh.host.content());
    }
  }

  /** What differs without mattering: chosen identities, and the places of rules. */
  private static Map<String, String> comparable(Map<String, String> content) {
    var same = new TreeMap<String, String>();
    content.forEach((thing, text) ->
        same.put(
            thing.replaceAll("priority=[0-9]+", "priority").replaceAll("node=[0-9a-f]{32}", "node"),
            text.replaceAll("peers=.*", "")));
    return same;
  }

  /** What an owner may have that a node wants as well, or something else in the place of. */
  private static Map<Thing, String> owners(Random random) {
    // In an order of their own, so that a seed makes the same host every time.
    var all = new LinkedHashMap<Thing, String>();
    all.put(new Thing.Setting("net/ipv4/ip_forward"), random.nextBoolean() ? "1" : "0");
    all.put(new Thing.Setting("net/ipv6/conf/all/forwarding"), "0");
    all.put(new Thing.Setting("net/ipv4/conf/all/src_valid_mark"), "0");
    all.put(
        new Thing.Resolver(Thing.Resolver.ResolverKind.FILE, Optional.empty()),
        "nameserver 192.0.2.53\n");
    all.put(
        new Thing.Route(
            Prefix.parse("172.16.0.0/12"),
            Optional.of(guywire.address.IpAddress.parse("192.0.2.2")),
            Optional.empty(),
            254,
            5),
        Thing.THERE);
    var some = new java.util.HashMap<Thing, String>();
    all.forEach((thing, text) -> {
      if (thing instanceof Thing.Setting || random.nextBoolean()) {
        some.put(thing, text);
      }
    });
    return some;
  }

  /** One pair of configurations, ended at every moment. */
  private static int everyMoment(long seed, End end, Path directory) throws IOException {
    int moments = 0;
    boolean ended = true;
    for (int moment = 1; ended; moment++) {
      var run = new Run(seed, Files.createTempDirectory(directory, "run"));
      var owners = owners(run.random);
      var nodes = new RandomNodes(run.random, true);
      var a = nodes.next();
      var b = nodes.next();
      owners.forEach(run.host::put);
      var before = run.host.content();
      boolean update = run.random.nextInt(4) > 0;
      if (update) {
        run.apply(a, run.host, run.journal());
      }
      var atA = run.host.content();
      String what =
          "seed %d, %s at moment %d, %s".formatted(seed, end, moment, update ? "update" : "first");

      ended = false;
      var journal =
          end == End.DISK_FULL
              ? new FullDiskJournal(run.volatiles(), run.durables(), moment)
              : run.journal();
      try {
        run.apply(b, new EndingHost(run.host, end, moment, run.random), journal);
      } catch (Killed | SetupFailure | java.io.UncheckedIOException e) {
        ended = true;
        if (end == End.RESTARTED) {
          run.restart(owners);
        } else if (end != End.KILLED) {
          assertThat(run.host.content()).as(what + ": rolled back").isEqualTo(atA);
        }
      }
      // Who was interrupted at the last step of all had done everything.
      ended |= Thread.interrupted();
      moments++;

      if (run.random.nextBoolean()) {
        var expected = run.expected(b, owners);
        run.apply(b, run.host, run.journal());
        var came = comparable(run.host.content());
        // An MTU that nothing is said about stays as it is.
        came.keySet().removeIf(thing -> thing.startsWith("Mtu") && !expected.containsKey(thing));
        assertThat(came).as(what + ": then up").isEqualTo(expected);
        try (var after = run.journal()) {
          var course =
              new Transition(run.host, after, Progress.SILENT, run.random)
                  .course(b, TunnelProgram.GUYWIRE, HookPermission.SHOWN);
          assertThat(Plan.words(course.steps())).as(what + ": nothing left to do").isEmpty();
        }
      }
      run.takeBackAll();
      assertThat(run.host.content()).as(what + ": then down").isEqualTo(before);
      assertThat(run.journal().ledger().isEmpty()).as(what).isTrue();
    }
    return moments;
  }

  /** A node that is given back, ended at every moment. */
  private static int everyMomentOfGivingBack(long seed, End end, Path directory)
      throws IOException {
    int moments = 0;
    boolean ended = true;
    for (int moment = 1; ended; moment++) {
      var run = new Run(seed, Files.createTempDirectory(directory, "run"));
      var owners = owners(run.random);
      owners.forEach(run.host::put);
      var before = run.host.content();
      run.apply(new RandomNodes(run.random, true).next(), run.host, run.journal());

      ended = false;
      try (var journal =
          end == End.DISK_FULL
              ? new FullDiskJournal(run.volatiles(), run.durables(), moment)
              : run.journal()) {
        var host = new EndingHost(run.host, end, moment, run.random);
        new Transition(host, journal, Progress.SILENT, run.random)
            .takeBack(journal.ledger().nodes().getFirst());
      } catch (Killed | SetupFailure | java.io.UncheckedIOException e) {
        ended = true;
        if (end == End.RESTARTED) {
          run.restart(owners);
        }
      }
      ended |= Thread.interrupted();
      moments++;

      run.takeBackAll();
      String what = "seed %d, %s at moment %d".formatted(seed, end, moment);
      assertThat(run.host.content()).as(what).isEqualTo(before);
      assertThat(run.journal().ledger().isEmpty()).as(what).isTrue();
    }
    return moments;
  }

  private static int moments(long from, int enough, Path directory) throws IOException {
    int moments = 0;
    for (long seed = from; moments < enough; seed++) {
      for (var end : End.values()) {
        moments += everyMoment(seed, end, directory);
      }
    }
    return moments;
  }

  /** A host on which one thing can be neither changed nor put back for a while. */
  private record StubbornHost(Host host, Class<? extends Thing> kind) implements Host {
    @Override
    public Observed observe(HostScope scope) {
      return host.observe(scope);
    }

    @Override
    public Optional<String> bring(Thing thing, Optional<String> to) {
      if (kind.isInstance(thing)) {
        throw EndingHost.failure();
      }
      return host.bring(thing, to);
    }

    @Override
    public void configure(InterfaceName name, WireGuardDevice target) {
      host.configure(name, target);
    }

    @Override
    public Commands.Ended shell(String line) {
      return host.shell(line);
    }
  }

  @Test
  void what_could_be_neither_changed_nor_put_back_is_still_known_as_ours(@TempDir Path directory)
      throws IOException {
    int tried = 0;
    for (long seed = 0; seed < 40; seed++) {
      for (var kind : List.of(Thing.Resolver.class, Thing.Setting.class, Thing.Table.class)) {
        var run = new Run(seed, Files.createTempDirectory(directory, "run"));
        owners(run.random).forEach(run.host::put);
        var nodes = new RandomNodes(run.random, true);
        var before = run.host.content();
        run.apply(nodes.next(), run.host, run.journal());
        try {
          run.apply(nodes.next(), new StubbornHost(run.host, kind), run.journal());
        } catch (SetupFailure e) {
          tried++;
        }
        run.takeBackAll();
        assertThat(run.host.content()).as("seed %d, %s", seed, kind).isEqualTo(before);
      }
    }
    assertThat(tried).isPositive();
  }

  @Test
  void at_any_moment_of_any_change_the_next_command_mends_it(@TempDir Path directory)
      throws IOException {
    assertThat(moments(0, 300, directory)).isGreaterThanOrEqualTo(300);
  }

  @Test
  void at_any_moment_of_giving_back_the_next_command_gives_back_the_rest(@TempDir Path directory)
      throws IOException {
    int moments = 0;
    for (long seed = 0; moments < 300; seed++) {
      for (var end : End.values()) {
        moments += everyMomentOfGivingBack(seed, end, directory);
      }
    }
    assertThat(moments).isGreaterThanOrEqualTo(300);
  }

  @Test
  @Tag("long")
  void at_any_of_ten_thousand_moments_the_next_command_mends_it(@TempDir Path directory)
      throws IOException {
    assertThat(moments(1000, 10_000, directory)).isGreaterThanOrEqualTo(10_000);
  }
}
