package guywire.agent.choice;

import guywire.network.Destination;
import guywire.network.InterfaceName;
import guywire.network.Name;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Which way a node sends what goes to each of its destinations. It is told what happens and what
 * time it is, and says what to do; all times are nanoseconds of a clock that never goes back and
 * starts above 0.
 *
 * <p>Before {@link #advance} is called, all answers that are here already must have been told.
 *
 * <p>For one thread.
 */
/*
 * A destination without traffic costs nothing: it is probed by nobody and looked at by nobody. One timer
 * for all asks for a look at the counters.
 */
public final class Choices {

  private final Timing timing;
  private final LongSupplier nonces;
  private final Map<Name, Choice> choices = new LinkedHashMap<>();
  private final Map<InterfaceName, Boolean> links = new LinkedHashMap<>();
  private final Set<Choice> busy = new LinkedHashSet<>();
  private final List<Act> pending = new ArrayList<>();
  private long lookedAt = ProbedWay.NEVER;

  /** When anyone had traffic last, or began. */
  private long busyAt = ProbedWay.NEVER;

  private long advancedAt = ProbedWay.NEVER;

  /**
   * A node without destinations.
   *
   * @param timing the times
   * @param nonces numbers that nobody can guess
   */
  public Choices(Timing timing, LongSupplier nonces) {
    this.timing = timing;
    this.nonces = nonces;
  }

  /**
   * Takes the destinations that there are from now on. What is known of those that stay, stays.
   *
   * @param destinations all of them
   * @param present the ways that are in use for those that are new, where it is not that of the
   *     ordinary routes
   */
  public void configure(
      List<Destination> destinations, Map<Name, InterfaceName> present, long now) {
    busyAt = now;
    var names = new HashSet<Name>();
    for (var destination : destinations) {
      names.add(destination.node());
      var choice = choices.get(destination.node());
      if (choice == null) {
        var used = Optional.ofNullable(present.get(destination.node()));
        choice = new Choice(destination, used, timing, nonces, now);
        choices.put(destination.node(), choice);
        if (!used.equals(Optional.of(choice.tunnel())) && !isRouted(choice)) {
          pending.add(new Act.Choose(destination.node(), choice.tunnel()));
        }
      } else {
        var before = choice.tunnel();
        choice.describe(destination, now);
        if (!choice.tunnel().equals(before)) {
          pending.add(new Act.Choose(destination.node(), choice.tunnel()));
        }
      }
      for (var link : links.entrySet()) {
        choice.link(link.getKey(), link.getValue());
      }
      choice.advance(now, pending);
      if (choice.hasBetter()) {
        // Once, without waiting for traffic: what is best is found and taken.
        wake(choice, now);
      }
    }
    choices.keySet().retainAll(names);
    busy.removeIf(choice -> !choices.containsValue(choice));
  }

  private static boolean isRouted(Choice choice) {
    return choice.destination().ways().stream()
        .anyMatch(way -> way.routed() && way.tunnel().equals(choice.tunnel()));
  }

  /** An interface is there and up from now on, or no more. One that was never told of is there. */
  public void link(InterfaceName tunnel, boolean there, long now) {
    if (links.getOrDefault(tunnel, true) == there) {
      return;
    }
    links.put(tunnel, there);
    for (var choice : choices.values()) {
      choice.link(tunnel, there);
      choice.advance(now, pending);
    }
  }

  /** There was traffic to or from a destination since the last look. */
  public void traffic(Name destination, long now) {
    var choice = choices.get(destination);
    if (choice != null) {
      wake(choice, now);
    }
  }

  private void wake(Choice choice, long now) {
    choice.traffic(now);
    busy.add(choice);
  }

  /** A probe of the agent of a destination came. */
  public void probed(Name destination, InterfaceName tunnel, long now) {
    var choice = choices.get(destination);
    if (choice != null && choice.probed(tunnel, now)) {
      busy.add(choice);
    }
  }

  /**
   * An answer came.
   *
   * @return whether it is one that is awaited
   */
  public boolean answered(Name destination, InterfaceName tunnel, long nonce, long now) {
    var choice = choices.get(destination);
    return choice != null && choice.answered(tunnel, nonce, now);
  }

  /** Goes on to now, and says what is to be done. */
  public List<Act> advance(long now) {
    if (advancedAt != ProbedWay.NEVER && now - advancedAt >= timing.look() + timing.jump()) {
      // We slept longer than we ever do: what came meanwhile may be lost.
      busy.forEach(Choice::forget);
    }
    advancedAt = now;
    var acts = new ArrayList<>(pending);
    pending.clear();
    if (!busy.isEmpty()) {
      busyAt = now;
    }
    if (!choices.isEmpty() && now - lookedAt >= untilNextLook(now)) {
      lookedAt = now;
      acts.add(new Act.Look());
    }
    for (var choice : busy) {
      choice.advance(now, acts);
    }
    busy.removeIf(choice -> !choice.isBusy());
    return acts;
  }

  /** How long after a look the next one is due. */
  private long untilNextLook(long now) {
    return now - busyAt >= timing.minute() ? timing.restLook() : timing.look();
  }

  /** When to go on, if nothing happens before; Long.MAX_VALUE for never. */
  public long deadline(long now) {
    if (!pending.isEmpty()) {
      return now;
    }
    if (choices.isEmpty()) {
      return Long.MAX_VALUE;
    }
    long next = lookedAt == ProbedWay.NEVER ? now : lookedAt + untilNextLook(now);
    for (var choice : busy) {
      next = Math.min(next, choice.deadline(now));
    }
    return next <= now ? now : Math.ceilDiv(next, Timing.TICK) * Timing.TICK;
  }

  /** Whether there was traffic to or from any destination just now. */
  public boolean hasTraffic() {
    return !busy.isEmpty();
  }

  /** Whether there was traffic to or from this destination just now. */
  public boolean isBusy(Name destination) {
    var choice = choices.get(destination);
    return choice != null && choice.isBusy();
  }

  /** The interface that is used to reach a destination, if it is known. */
  public Optional<InterfaceName> tunnel(Name destination) {
    return Optional.ofNullable(choices.get(destination)).map(Choice::tunnel);
  }

  /** Whether a way to a destination has answered just now, be it in use or not. */
  public boolean isAlive(Name destination, InterfaceName tunnel, long now) {
    var choice = choices.get(destination);
    return choice != null && choice.isBusy() && choice.isAlive(tunnel, now);
  }

  /** How all choices stand, in the order of the configuration. */
  public List<Standing> standings(long now) {
    return choices.values().stream().map(choice -> choice.standing(now)).toList();
  }
}
