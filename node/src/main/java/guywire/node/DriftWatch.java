package guywire.node;

import guywire.guard.PlainText;
import guywire.linux.Clock;
import guywire.linux.Poll;
import guywire.linux.SettingNotices;
import guywire.linux.Wakeup;
import guywire.network.InterfaceName;
import guywire.network.text.Text;
import guywire.node.DriftReport.Outcome;
import guywire.node.Repair.MendStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Keeps a host's nodes as they were set up: looks when the kernel says that something was changed,
 * and now and then, and mends what is the nodes' own, as a command would: under the host's lock,
 * with the claim in the journal before each step.
 *
 * <p>One thread looks; any may call it or ask what it did.
 */
/*
 * What is wanted is what is recorded, so a new set-up, a trial of a server's document, or a "down" needs not
 * be told here: a look without the lock only finds whether a look with it is worth while, and with it no
 * command is at work. The choice of ways moves routes of its own, and WireGuard moves endpoints: neither is
 * recorded, so neither is drift.
 */
final class DriftWatch implements AutoCloseable {

  /** WireGuard tells nobody when peers are changed: so often somebody looks. */
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** So often also at what only programs tell, which are slow to start. */
  private static final long WHOLE_EVERY_NANOS = TimeUnit.MINUTES.toNanos(5);

  /** Changes come in bursts. */
  private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private static final long LEAST_GAP_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** On a host whose routes change all the time looks that find nothing become rarer. */
  private static final long MOST_GAP_NANOS = TimeUnit.SECONDS.toNanos(8);

  private static final long LOCK_SECONDS = 5;
  private static final int MOST_KEPT = 20;

  private final Machine machine;
  private final Consumer<String> log;
  private final SettingNotices notices;
  private final Wakeup call = new Wakeup();
  private final DeviceMemory memory = new DeviceMemory();
  private final RepairLimit<Object> limit = new RepairLimit<>();
  private final Map<Object, String> failing = new HashMap<>();
  private final Set<String> routePrograms = new HashSet<>();
  private final Set<String> filterPrograms = new HashSet<>();
  private Optional<Tools> tools = Optional.empty();
  private Optional<String> stamp = Optional.empty();
  private String complaint = "";
  private Optional<Thread> thread = Optional.empty();
  private volatile boolean ended;
  private volatile List<DriftReport> mends = List.of();

  /** A watch over a machine; lines on what it does go to {@code log}. */
  DriftWatch(Machine machine, Consumer<String> log) {
    this.machine = machine;
    this.log = log;
    // From before the first look, so that nothing is missed.
    this.notices = machine.call(SettingNotices::open);
  }

  /** Begins to watch over this host, in a thread of its own. */
  static DriftWatch begin(Consumer<String> log) {
    var watch = new DriftWatch(Machine.LOCAL, log);
    watch.thread = Optional.of(Thread.ofPlatform().daemon().name("drift").start(watch::run));
    return watch;
  }

  private void run() {
    var calls = new Poll(call.fd());
    var all =
        new Poll(
            IntStream.concat(IntStream.of(call.fd()), notices.fds().stream().mapToInt(fd -> fd))
                .toArray());
    long lookAt = Clock.bootNanos();
    long wholeAt = lookAt;
    long gap = LEAST_GAP_NANOS;
    boolean noticed = false;
    while (!ended) {
      long now = Clock.bootNanos();
      if (now >= Math.min(lookAt, wholeAt)) {
        hear();
        boolean whole = now >= wholeAt || !filterPrograms.isEmpty();
        boolean found = look(whole, now);
        gap = found || !noticed ? LEAST_GAP_NANOS : Math.min(2 * gap, MOST_GAP_NANOS);
        now = Clock.bootNanos();
        lookAt = now + (found ? LEAST_GAP_NANOS : EVERY_NANOS);
        wholeAt = whole ? now + WHOLE_EVERY_NANOS : wholeAt;
        noticed = false;
        continue;
      }
      // While a look is due anyway, further notices wake nobody.
      (noticed ? calls : all).await(Math.min(lookAt, wholeAt) - now);
      now = Clock.bootNanos();
      if (call.clear()) {
        lookAt = now;
        wholeAt = now;
      } else if (!noticed && hear()) {
        noticed = true;
        lookAt = Math.min(lookAt, now + Math.max(BURST_NANOS, gap - LEAST_GAP_NANOS));
      }
    }
  }

  /** Takes the notices that are there; whether there was any. */
  private boolean hear() {
    var heard = notices.take();
    for (var notice : heard) {
      var programs = notice.ofFilter() ? filterPrograms : routePrograms;
      programs.add(notice.program().orElse(""));
    }
    return !heard.isEmpty();
  }

  /**
   * Looks once, and mends.
   *
   * @param whole whether also at what only programs tell
   * @param nowNanos the time on a clock that never jumps
   * @return whether something was not as it should be
   */
  boolean look(boolean whole, long nowNanos) {
    try {
      boolean differs = machine.call(() -> differs(tools(), whole, nowNanos));
      if (differs) {
        mend(whole, nowNanos);
      }
      complaint = "";
      return differs;
    } catch (RuntimeException e) {
      forgetTools();
      // A program that is missing, or a host that a command keeps: the next look is soon.
      complain(String.valueOf(e.getMessage()));
      return false;
    } finally {
      routePrograms.clear();
      filterPrograms.clear();
    }
  }

  /** Kept from look to look: to open and close them wakes other threads. */
  private Tools tools() {
    var open = tools.orElseGet(() -> Tools.open(machine));
    tools = Optional.of(open);
    return open;
  }

  private void forgetTools() {
    tools.ifPresent(Tools::close);
    tools = Optional.empty();
  }

  private void complain(String what) {
    if (!what.equals(complaint)) {
      complaint = what;
      log.accept(PlainText.line(what));
    }
  }

  private boolean differs(Tools with, boolean whole, long nowNanos) {
    boolean fresh = isFresh();
    Ledger ledger;
    try (var journal = Journal.read(machine)) {
      ledger = journal.ledger();
    }
    var left = limit.left(nowNanos);
    boolean differs = false;
    for (var node : ledger.nodes()) {
      differs |=
          repair(with, ledger, node, whole, fresh).stream()
              .anyMatch(each -> !left.contains(each.pulled()));
    }
    if (!differs) {
      failing.clear();
    }
    return differs;
  }

  /** Whether a command changed something since the last look. */
  private boolean isFresh() {
    var now = Journal.stamp(machine);
    boolean fresh = !now.equals(stamp);
    stamp = now;
    if (fresh) {
      // Whoever set it up says how it shall be from now on.
      limit.forget();
    }
    return fresh;
  }

  private List<MendStep> repair(
      Tools with, Ledger ledger, NodeRecord node, boolean whole, boolean fresh) {
    if (node.stage() != NodeRecord.Stage.SETTLED) {
      return List.of();
    }
    // A program is started only for what the node has.
    var byPrograms =
        Aspects.BY_PROGRAMS.stream()
            .filter(aspect ->
                whole
                    && ledger.claims(node.id()).stream()
                        .anyMatch(claim -> aspect.has(claim.thing())))
            .toList();
    var observed =
        new Host.Live(with).observe(new HostScope(node.id(), Optional.empty(), ledger), byPrograms);
    memory.learn(observed, node, fresh);
    return Repair.of(observed, ledger, node, memory, whole);
  }

  private void mend(boolean whole, long nowNanos) {
    try (var _ = HostLock.take(machine.state(), Progress.SILENT, LOCK_SECONDS)) {
      machine.call(() -> {
        try (var journal = Journal.read(machine)) {
          boolean fresh = isFresh();
          for (var node : journal.ledger().nodes()) {
            var mendings = repair(tools(), journal.ledger(), node, whole, fresh);
            mend(node, mendings, tools(), journal, nowNanos);
          }
        }
        return true;
      });
      stamp = Journal.stamp(machine);
    }
  }

  private void mend(
      NodeRecord node, List<MendStep> mendings, Tools with, Journal journal, long nowNanos) {
    if (mendings.isEmpty()) {
      return;
    }
    var execution = new Execution(new Host.Live(with), journal, node.id(), Progress.SILENT);
    var without = new HashSet<InterfaceName>();
    for (var mending : mendings) {
      if (mending.on().filter(without::contains).isPresent()) {
        continue;
      }
      boolean done =
          switch (limit.ask(mending.pulled(), nowNanos)) {
            case MEND -> mend(node, mending, execution, nowNanos);
            case GIVES_UP -> {
              note(node, Outcome.GIVEN_UP, mending, Optional.empty());
              yield false;
            }
            case LEAVES -> false;
          };
      if (!done && mending.pulled() instanceof Thing.Link(var name)) {
        // What is on it can't be there without it.
        without.add(name);
      }
    }
    journal.settle(node.id());
  }

  private boolean mend(NodeRecord node, MendStep mending, Execution execution, long nowNanos) {
    var failures = execution.runAll(List.of(mending.step()));
    if (failures.isEmpty()) {
      failing.remove(mending.pulled());
      limit.mended(mending.pulled(), nowNanos);
      note(node, Outcome.MENDED, mending, Optional.empty());
      return true;
    }
    Text why = words(failures.getFirst());
    // Said once, and not at each look.
    if (!why.toString().equals(failing.put(mending.pulled(), why.toString()))) {
      note(node, Outcome.FAILED, mending, Optional.of(why));
    }
    return false;
  }

  private static Text words(Throwable failure) {
    return switch (failure) {
      case RuntimeException e ->
          switch (NodeSetup.inWords(e)) {
            case SetupFailure said -> said.text();
            case MissingRequirement said -> said.text();
            default -> Text.of(NodeSetup.class, "step.failed", String.valueOf(e));
          };
      default -> Text.of(NodeSetup.class, "step.failed", String.valueOf(failure));
    };
  }

  private void note(NodeRecord node, Outcome outcome, MendStep mending, Optional<Text> why) {
    var mend =
        DriftReport.now(
            node.name(),
            outcome,
            SerializedText.of(mending.step().words().orElseThrow()),
            why.map(SerializedText::of),
            program(mending));
    var kept = new ArrayList<>(mends);
    kept.add(mend);
    mends = List.copyOf(kept.subList(Math.max(0, kept.size() - MOST_KEPT), kept.size()));
    log.accept(PlainText.line(node.name() + ": " + mend.words()));
  }

  /** Who did it, if only one can have: of devices that can't be known. */
  private Optional<String> program(MendStep mending) {
    var programs =
        switch (mending.pulled()) {
          case Thing.Table _, Thing.Passage _ -> filterPrograms;
          case Thing.Resolver _ -> Set.<String>of();
          case Thing _ -> routePrograms;
          default -> Set.<String>of();
        };
    return Optional.of(programs.stream().filter(name -> !name.isEmpty()).toList())
        .filter(named -> named.size() == 1)
        .map(List::getFirst);
  }

  /** Has it look now. */
  void call() {
    call.signal();
  }

  /** What it did lately, the latest last. */
  List<DriftReport> mends() {
    return mends;
  }

  @Override
  public void close() {
    ended = true;
    call.signal();
    boolean interrupted = false;
    while (thread.filter(Thread::isAlive).isPresent()) {
      try {
        thread.get().join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    forgetTools();
    notices.close();
    call.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
