package guywire.node;

import static guywire.network.Hook.When.POST_DOWN;
import static guywire.network.Hook.When.POST_UP;
import static guywire.network.Hook.When.PRE_DOWN;
import static guywire.network.Hook.When.PRE_UP;

import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.network.TunnelInterface;
import guywire.network.json.NodeDocument;
import guywire.network.json.NodeId;
import guywire.network.text.Text;
import guywire.node.NodeRecord.Stage;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Takes a host from what it is to what it shall be: looks, plans, and does it, all or nothing.
 * However a command before ended, this one goes on from what is there.
 *
 * @param host the host
 * @param journal its state on disk
 * @param progress hears of every step
 * @param random where the identity of a new node comes from
 */
record Transition(Host host, Journal journal, Progress progress, RandomGenerator random) {

  /** What is wanted of a host, and how to get there. */
  record Course(Optional<NodeRecord> before, NodeRecord after, List<Step> steps) {}

  /**
   * What would be done to make a node what the configuration says; nothing is changed.
   *
   * @throws SetupFailure if it can't be done
   */
  Course course(NodeConfig config, TunnelProgram program, HookPermission leave) {
    Optional<NodeRecord> before = journal.ledger().node(config);
    NodeId id = before.map(NodeRecord::id).orElseGet(() -> NodeId.random(random));
    Observed observed = host.observe(new HostScope(id, Optional.of(config), journal.ledger()));
    NodeRecord after = record(id, config, before, observed, leave);
    var demand = new Demand(config, after, observed, journal.ledger(), program);
    boolean isNew = before.filter(node -> node.stage() != Stage.NEW).isEmpty();
    var steps =
        new ArrayList<>(
            Plan.toBe(
                Aspects.wanted(demand),
                observed,
                journal.ledger(),
                before,
                after,
                isNew ? hooks(config, PRE_UP, leave) : List.of()));
    if (isNew) {
      steps.addAll(hooks(config, POST_UP, leave));
    }
    return new Course(before, after, steps);
  }

  private static NodeRecord record(
      NodeId id,
      NodeConfig config,
      Optional<NodeRecord> before,
      Observed observed,
      HookPermission leave) {
    Map<InterfaceName, Long> marks = new LinkedHashMap<>();
    for (var tunnel : config.interfaces()) {
      long mark = RouteAspect.chooseMark(tunnel, before, observed.routes(), marks.values());
      if (mark != 0) {
        marks.put(tunnel.name(), mark);
      }
    }
    boolean run = leave == HookPermission.RUN;
    return new NodeRecord(
        id,
        Stage.SETTLED,
        config.name(),
        config.interfaces().stream().map(TunnelInterface::name).toList(),
        config.interfaces().stream().flatMap(tunnel -> tunnel.publicKey().stream()).toList(),
        new NodeDocument(Optional.empty(), id, 0, config).digest(),
        marks,
        PeerEndpoint.of(config),
        KnownPeer.of(config),
        run ? lines(config, PRE_DOWN) : List.of(),
        run ? lines(config, POST_DOWN) : List.of(),
        config.forwards());
  }

  /** Those of this moment, with the interface's name filled in. */
  private static List<String> lines(NodeConfig config, Hook.When when) {
    String name = config.interfaces().getFirst().name().text();
    return config.hooks().stream()
        .filter(hook -> hook.when() == when)
        .map(hook ->
            hook.command().replace("%i", hook.tunnel().map(InterfaceName::text).orElse(name)))
        .toList();
  }

  private static List<Step> hooks(NodeConfig config, Hook.When when, HookPermission leave) {
    var lines = lines(config, when);
    if (lines.isEmpty()) {
      return List.of();
    }
    return leave == HookPermission.RUN
        ? List.of(new Step.Run(when, lines))
        : lines.stream()
            .<Step>map(
                line -> new Step.Say(Text.of(Transition.class, "hook.shown", when.key(), line)))
            .toList();
  }

  /**
   * Makes a node what the configuration says; if a step fails, all steps before it are undone.
   *
   * @return what had to be changed
   */
  List<Text> apply(NodeConfig config, TunnelProgram program, HookPermission leave) {
    var course = course(config, program, leave);
    if (Plan.isEmpty(course.steps()) && course.before().equals(Optional.of(course.after()))) {
      course.steps().forEach(step -> progress.step(((Step.Say) step).text()));
      return List.of();
    }
    NodeId id = course.after().id();
    boolean isNew = course.before().filter(node -> node.stage() != Stage.NEW).isEmpty();
    var execution = new Execution(host, journal, id, progress);
    try {
      journal.write(new JournalEntry.Node(course.after().at(isNew ? Stage.NEW : Stage.CHANGING)));
      execution.run(course.steps());
      var last = new ArrayList<>(execution.released());
      last.add(new JournalEntry.Node(course.after()));
      journal.write(last);
    } catch (RuntimeException | Error e) {
      // What undoes must not be interrupted again.
      Thread.interrupted();
      var failures = execution.rollBack();
      failures.forEach(e::addSuppressed);
      unrecord(course);
      // Where an undo failed, a place may hold what it held before: both are still to be known.
      if (failures.isEmpty()) {
        settle(id);
      }
      throw e;
    }
    settle(id);
    return execution.changes();
  }

  /** After a roll-back: what is still claimed could not be given back, and stays recorded. */
  private void unrecord(Course course) {
    NodeId id = course.after().id();
    try {
      if (course.before().isPresent()) {
        journal.write(new JournalEntry.Node(course.before().get()));
      } else if (journal.ledger().claims(id).isEmpty()) {
        journal.write(new JournalEntry.Gone(id));
      }
    } catch (RuntimeException e) {
      // The disk takes no more. What is recorded is too much, and the next command finds that out.
    }
  }

  private void settle(NodeId id) {
    try {
      journal.settle(id);
    } catch (UncheckedIOException e) {
      // All is in the journal that has to be; it only stays longer than it could be.
    }
  }

  /**
   * Gives back all that a node has.
   *
   * @throws SetupFailure if something could not be given back; all the rest was
   */
  void takeBack(NodeRecord node) {
    noteGoing(node);
    Observed observed = host.observe(new HostScope(node.id(), Optional.empty(), journal.ledger()));
    giveBack(node.id(), Plan.toBeGone(observed, journal.ledger(), node));
  }

  /** So that nobody mends what is given back, also if that is ended in the middle. */
  private void noteGoing(NodeRecord node) {
    if (node.stage() == Stage.SETTLED) {
      try {
        journal.write(new JournalEntry.Node(node.at(Stage.CHANGING)));
      } catch (UncheckedIOException e) {
        // A full disk keeps nobody from giving back.
      }
    }
  }

  private void giveBack(NodeId id, List<Step> steps) {
    var execution = new Execution(host, journal, id, progress);
    var failures = execution.runAll(steps);
    journal.write(execution.released());
    if (journal.ledger().claims(id).isEmpty()) {
      journal.write(new JournalEntry.Gone(id));
    }
    if (!failures.isEmpty()) {
      var first = NodeSetup.inWords((RuntimeException) failures.getFirst());
      failures.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
    settle(id);
  }

  /**
   * Gives back what nodes left that are not there any more: a machine that was started anew has
   * lost its interfaces, but not the files that were changed for them.
   *
   * @return whether there was something
   */
  boolean clearUp() {
    var lost =
        journal.ledger().claims().stream()
            .map(Claim::node)
            .distinct()
            .filter(node -> journal.ledger().node(node).isEmpty())
            .toList();
    for (var node : lost) {
      progress.step(Text.of(Transition.class, "step.clear-up"));
      Observed observed = host.observe(new HostScope(node, Optional.empty(), journal.ledger()));
      giveBack(node, Plan.rest(observed, journal.ledger(), node));
    }
    return !lost.isEmpty();
  }
}
