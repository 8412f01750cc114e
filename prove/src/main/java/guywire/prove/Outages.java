package guywire.prove;

import guywire.address.IpAddress.Family;
import guywire.network.Attachment;
import guywire.network.Failure;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.prove.Judgement.PromiseVerdict;
import guywire.prove.Matrix.Cell;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What each single failure cuts off. Only parts that carry traffic of others are let fail: that a
 * dead machine can't be reached goes without saying.
 */
public final class Outages {

  /** So many machines are asked about each other: some ten thousand packets, there and back. */
  private static final int MOST_SPOTS = 100;

  private Outages() {}

  /**
   * What a failure does.
   *
   * @param failure what is down
   * @param cut the groups that no longer reach each other, with the packet that shows it
   * @param broken the promises that no longer hold
   */
  public record Outage(Failure failure, List<Cell> cut, List<Judgement> broken) {
    /** Copies the lists. */
    public Outage {
      cut = List.copyOf(cut);
      broken = List.copyOf(broken);
    }
  }

  /** What each single failure of a network cuts off; failures that cut off nothing are left out. */
  public static List<Outage> of(Network network) {
    var whole = Reachability.of(network);
    var matrices = new ArrayList<Matrix>();
    for (var family : Family.values()) {
      matrices.add(whole.matrix(family));
    }
    var outages = new ArrayList<Outage>();
    for (var failure : carriers(network, matrices)) {
      var left = Reachability.of(network, Set.of(failure));
      var cut = new ArrayList<Cell>();
      for (var matrix : matrices) {
        for (var cell : matrix.cells()) {
          cut(network, failure, cell, matrix.family(), left, cut);
        }
      }
      var broken =
          left.judgements().stream()
              .filter(judgement -> judgement.verdict() == PromiseVerdict.BROKEN)
              .filter(judgement -> judgement.promise().arrives())
              .filter(judgement -> !concerns(network, failure, judgement.promise().from()))
              .filter(judgement -> !concerns(network, failure, judgement.promise().to()))
              .toList();
      if (!cut.isEmpty() || !broken.isEmpty()) {
        outages.add(new Outage(failure, cut, broken));
      }
    }
    return outages;
  }

  /**
   * Who loses reach while some parts are down.
   *
   * @param lost who no longer reaches whom: each of the first none of the second
   * @param left how many machines were not asked about, because there are too many
   * @param broken the promises that no longer hold
   */
  public record Loss(List<Lost> lost, int left, List<Judgement> broken) {
    /** Copies the lists. */
    public Loss {
      lost = List.copyOf(lost);
      broken = List.copyOf(broken);
    }
  }

  /**
   * Machines that lose the same.
   *
   * @param from who begins
   * @param to whom they no longer reach; not themselves, where they are among them
   * @param shown a packet that shows it
   */
  public record Lost(List<Spot> from, List<Spot> to, Answer shown) {
    /** Copies the lists. */
    public Lost {
      from = List.copyOf(from);
      to = List.copyOf(to);
    }
  }

  /**
   * Who loses reach while these parts of a network are down. Machines that are down don't count.
   */
  /*
   * Groups of machines that behave alike are no help here: which of two that are alike has its hub down makes
   * all the difference.
   */
  public static Loss during(Network network, Set<Failure> failures) {
    var whole = Reachability.of(network);
    var left = Reachability.of(network, failures);
    var standing =
        whole.spots().stream()
            .filter(spot -> failures.stream().noneMatch(down -> concerns(network, down, spot)))
            .toList();
    var asked = standing.subList(0, Math.min(MOST_SPOTS, standing.size()));
    var lost = new LinkedHashMap<Spot, Map<Spot, Answer>>();
    for (var from : asked) {
      for (var to : asked) {
        if (!from.equals(to)) {
          lost(whole, left, from, to)
              .ifPresent(
                  answer -> lost.computeIfAbsent(from, _ -> new LinkedHashMap<>()).put(to, answer));
        }
      }
    }
    var broken =
        left.judgements().stream()
            .filter(judgement -> judgement.verdict() == PromiseVerdict.BROKEN)
            .filter(judgement -> judgement.promise().arrives())
            .filter(judgement ->
                standing.containsAll(List.of(judgement.promise().from(), judgement.promise().to())))
            .toList();
    return new Loss(grouped(lost), standing.size() - asked.size(), broken);
  }

  private static Optional<Answer> lost(Reachability whole, Reachability left, Spot from, Spot to) {
    for (var family : Family.values()) {
      if (whole
          .answer(from, to, family, Transport.ICMP, OptionalInt.empty())
          .filter(Answer::works)
          .isPresent()) {
        var now =
            left.answer(from, to, family, Transport.ICMP, OptionalInt.empty())
                .filter(answer -> !answer.works());
        if (now.isPresent()) {
          return now;
        }
      }
    }
    return Optional.empty();
  }

  /** Who loses the same together: first those who lose each other, too, then all others. */
  private static List<Lost> grouped(Map<Spot, Map<Spot, Answer>> lost) {
    var circles = new LinkedHashMap<Set<Spot>, List<Spot>>();
    lost.forEach((from, to) -> {
      var all = new HashSet<>(to.keySet());
      all.add(from);
      circles.computeIfAbsent(all, _ -> new ArrayList<>()).add(from);
    });
    var groups = new LinkedHashMap<Set<Spot>, List<Spot>>();
    var result = new ArrayList<Lost>();
    circles.forEach((all, members) -> {
      if (members.size() > 1) {
        result.add(group(lost, members));
      } else {
        var only = members.getFirst();
        groups
            .computeIfAbsent(lost.getOrDefault(only, Map.of()).keySet(), _ -> new ArrayList<>())
            .add(only);
      }
    });
    groups.forEach((_, members) -> result.add(group(lost, members)));
    return result;
  }

  private static Lost group(Map<Spot, Map<Spot, Answer>> lost, List<Spot> members) {
    var to = new LinkedHashSet<Spot>();
    members.forEach(member -> to.addAll(lost.getOrDefault(member, Map.of()).keySet()));
    var shown = lost.getOrDefault(members.getFirst(), Map.of()).values().iterator().next();
    return new Lost(members, List.copyOf(to), shown);
  }

  private static void cut(
      Network network,
      Failure failure,
      Cell cell,
      Family family,
      Reachability left,
      List<Cell> cut) {
    if (!cell.sample().works()
        || concerns(network, failure, cell.sampleFrom())
        || concerns(network, failure, cell.sampleTo())) {
      return;
    }
    left.answer(cell.sampleFrom(), cell.sampleTo(), family, Transport.ICMP, OptionalInt.empty())
        .filter(answer -> !answer.works())
        .ifPresent(answer ->
            cut.add(
                new Cell(
                    cell.from(),
                    cell.to(),
                    cell.scope(),
                    answer,
                    cell.sampleFrom(),
                    cell.sampleTo())));
  }

  /** Whatever lies on the way of a sample between its ends. */
  private static Set<Failure> carriers(Network network, List<Matrix> matrices) {
    var found = new LinkedHashSet<Failure>();
    for (var matrix : matrices) {
      for (var cell : matrix.cells()) {
        for (var machine : cell.sample().there().passed()) {
          Name.tryParse(machine)
              .filter(name -> network.node(name).isPresent())
              .ifPresent(name -> found.add(new Failure.OfNode(name)));
        }
      }
    }
    network.underlay().sites().stream()
        .filter(site -> site.hosts().size() > 0 || site.routerNode().isPresent())
        .forEach(site -> found.add(new Failure.OfSite(site.name())));
    return found;
  }

  /** Whether a spot is, or is in, what is down. */
  private static boolean concerns(Network network, Failure failure, Spot spot) {
    return switch (failure) {
      case Failure.OfNode down -> spot.equals(new Spot.Node(down.node()));
      case Failure.OfSite down ->
          switch (spot) {
            case Spot.Host host -> host.site().equals(down.site());
            case Spot.Node node ->
                network
                    .underlay()
                    .attachment(node.name())
                    .filter(Attachment.InSite.class::isInstance)
                    .map(Attachment.InSite.class::cast)
                    .filter(in -> in.site().equals(down.site()))
                    .isPresent();
            case Spot.Outside outside -> false;
          };
      case Failure.OfLink down -> false;
    };
  }
}
