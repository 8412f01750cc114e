package guywire.prove;

import guywire.address.IpAddress.Family;
import guywire.network.Network;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.prove.Clusters.Cluster;
import guywire.prove.Matrix.Cell;
import guywire.prove.Matrix.Group;
import guywire.prove.Matrix.PairScope;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Makes the matrix of a network from one sample for each pair of groups. */
final class MatrixMaker {

  /** Spots of one role in clusters that are twins. */
  private record Role(List<Cluster> twins, int index) {
    Group group() {
      return new Group(twins.stream().map(cluster -> cluster.spots().get(index)).toList());
    }
  }

  private final Reachability reachability;
  private final List<Role> roles = new ArrayList<>();

  MatrixMaker(Network network, Reachability reachability) {
    this.reachability = reachability;
    for (var twins : new TwinClusters(network, reachability::cryptokeys).classes()) {
      for (int index = 0; index < twins.getFirst().spots().size(); index++) {
        roles.add(new Role(twins, index));
      }
    }
  }

  Matrix make(Family family) {
    var cells = new ArrayList<Cell>();
    for (int from = 0; from < roles.size(); from++) {
      for (int to = 0; to < roles.size(); to++) {
        fill(from, to, family, cells);
      }
    }
    return new Matrix(family, roles.stream().map(Role::group).toList(), cells);
  }

  private void fill(int from, int to, Family family, List<Cell> cells) {
    var one = roles.get(from);
    var other = roles.get(to);
    var first = one.twins().getFirst();
    if (one.twins().equals(other.twins())) {
      if (one.index() != other.index()) {
        sample(from, to, PairScope.TOGETHER, first, first, family, cells);
      }
      if (one.twins().size() > 1) {
        sample(from, to, PairScope.APART, first, one.twins().get(1), family, cells);
      }
    } else {
      sample(from, to, PairScope.APART, first, other.twins().getFirst(), family, cells);
    }
  }

  private void sample(
      int from,
      int to,
      PairScope scope,
      Cluster one,
      Cluster other,
      Family family,
      List<Cell> cells) {
    Spot sender = one.spots().get(roles.get(from).index());
    Spot receiver = other.spots().get(roles.get(to).index());
    reachability
        .answer(sender, receiver, family, Transport.ICMP, OptionalInt.empty())
        .ifPresent(answer -> cells.add(new Cell(from, to, scope, answer, sender, receiver)));
  }
}
