package guywire.node;

import guywire.network.Hook;
import guywire.network.json.NodeId;
import guywire.network.text.Text;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Does the steps of a plan. What a step is about to do is in the journal before it is done; how it
 * is undone is known before it begins, so that one that fails half-way is undone too.
 *
 * <p>For one thread.
 */
final class Execution {

  private final Host host;
  private final Journal journal;
  private final NodeId node;
  private final Progress progress;
  private final Deque<Runnable> undoes = new ArrayDeque<>();
  private final List<Claim> released = new ArrayList<>();
  private final List<Text> changes = new ArrayList<>();

  Execution(Host host, Journal journal, NodeId node, Progress progress) {
    this.host = host;
    this.journal = journal;
    this.node = node;
    this.progress = progress;
  }

  /** What was changed so far, in words. */
  List<Text> changes() {
    return changes;
  }

  /** Does all steps; after the first that fails the others are left. */
  void run(List<Step> steps) {
    for (var step : steps) {
      if (Thread.interrupted()) {
        throw new SetupFailure(Text.of(Commands.class, "command.interrupted"));
      }
      run(step);
    }
  }

  /**
   * Does all steps, also those after one that failed.
   *
   * @return what failed
   */
  List<Throwable> runAll(List<Step> steps) {
    var failures = new ArrayList<Throwable>();
    for (var step : steps) {
      try {
        run(step);
      } catch (RuntimeException e) {
        failures.add(e);
      }
    }
    return failures;
  }

  private void run(Step step) {
    step.words()
        .ifPresent(words -> {
          progress.step(words);
          changes.add(words);
        });
    switch (step) {
      case Step.Bring bring -> bring(bring);
      case Step.Configure(var name, var from, var to) -> {
        undoes.push(() -> host.configure(name, from));
        host.configure(name, from, to);
      }
      case Step.Leave(var name, var device) -> undoes.push(() -> host.configure(name, device));
      case Step.Run(var when, var lines) -> lines.forEach(line -> shell(when, line));
      case Step.Say(var text) -> progress.step(text);
    }
  }

  private void bring(Step.Bring step) {
    switch (step.claiming()) {
      case CLAIMS -> claim(step);
      case RELEASES -> release(step);
      case NEITHER -> {
        undoes.push(() -> host.bring(step.thing(), step.from()));
        host.bring(step.thing(), step.to());
      }
    }
  }

  private void claim(Step.Bring step) {
    Thing thing = step.thing();
    String content = step.to().orElseThrow();
    var had = journal.ledger().claim(node, thing);
    Claim claim =
        had.map(known ->
                (isOwnersNow(step, known) ? known.over(step.from()) : known).holding(content))
            .orElseGet(
                () -> Claim.first(node, thing, journal.ledger().nextOrder(), step.from(), content));
    undoes.push(() -> {
      if (step.changesHost()) {
        var readBack = host.bring(thing, step.from());
        had.map(known -> known.readBackAs(readBack)).ifPresent(this::note);
      }
      if (had.isEmpty()) {
        journal.write(givenUp(claim));
      }
    });
    journal.write(new JournalEntry.Claimed(claim));
    if (step.changesHost()) {
      var readBack = host.bring(thing, step.to());
      if (readBack.isPresent()) {
        journal.write(new JournalEntry.Claimed(claim.settled().readBackAs(readBack)));
      }
    }
  }

  /** Whether the owner, or a program of his, has put something else there since. */
  private static boolean isOwnersNow(Step.Bring step, Claim claim) {
    boolean shared =
        step.thing() instanceof Thing.Setting
            || step.thing()
                .equals(new Thing.Resolver(Thing.Resolver.ResolverKind.FILE, Optional.empty()));
    return shared && step.from().filter(now -> !claim.ours().contains(now)).isPresent();
  }

  private void release(Step.Bring step) {
    Thing thing = step.thing();
    Claim had = journal.ledger().claim(node, thing).orElseThrow();
    if (step.changesHost()) {
      undoes.push(() -> note(had.readBackAs(host.bring(thing, step.from()))));
      host.bring(thing, step.to());
    }
    // The claim stays until all is done: a place that is claimed in vain does no harm.
    released.add(had);
  }

  /** What is to be noted when all steps are done: the places that were given back. */
  List<JournalEntry> released() {
    var entries = new ArrayList<JournalEntry>();
    released.forEach(claim -> entries.addAll(givenUp(claim)));
    return entries;
  }

  /** What came after a claim that is given up finds there what that one found. */
  private List<JournalEntry> givenUp(Claim claim) {
    var entries = new ArrayList<JournalEntry>();
    journal
        .ledger()
        .next(claim)
        .ifPresent(next -> entries.add(new JournalEntry.Claimed(next.over(claim.before()))));
    entries.add(new JournalEntry.Released(node, claim.thing()));
    return entries;
  }

  private void note(Claim claim) {
    journal.write(new JournalEntry.Claimed(claim));
  }

  private void shell(Hook.When when, String line) {
    progress.step(Text.of(Execution.class, "hook.run", when.key(), line));
    var ended = host.shell(line);
    if (!ended.succeeded()) {
      throw new SetupFailure(
          Text.of(
              Execution.class, "hook.failed", when.key(), line, String.valueOf(ended.status())));
    }
  }

  /**
   * Undoes all steps, the last one first; one that can't be undone does not keep the others from
   * it. What then is still claimed is what could not be given back.
   *
   * @return what could not be undone
   */
  List<Throwable> rollBack() {
    var failures = new ArrayList<Throwable>();
    while (!undoes.isEmpty()) {
      try {
        undoes.pop().run();
      } catch (UncheckedIOException e) {
        // Of a disk that takes no more; the claim stays in the journal, which does no harm.
        failures.add(e);
      } catch (RuntimeException | Error e) {
        failures.add(e);
      }
    }
    return failures;
  }
}
