package guywire.prove;

import guywire.address.IpAddress.Family;
import guywire.network.Attachment;
import guywire.network.Failure;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.prove.Judgement.Verdict;
import guywire.prove.Matrix.Cell;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What each single failure cuts off. Only parts that carry traffic of others are let fail: that a
 * dead machine can't be reached goes without saying.
 */
public final class Outages {

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
              .filter(judgement -> judgement.verdict() == Verdict.BROKEN)
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
