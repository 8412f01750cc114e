package guywire.prove;

import guywire.address.IpAddress.Family;
import guywire.network.Spot;
import java.util.List;
import java.util.Optional;

/**
 * Who reaches whom in one address family, by groups of spots that behave alike.
 *
 * @param family the address family
 * @param groups the groups: every spot is in exactly one
 * @param cells what happens from each group to each group that has addresses of the family
 */
public record Matrix(Family family, List<Group> groups, List<Cell> cells) {

  /** Copies the lists. */
  public Matrix {
    groups = List.copyOf(groups);
    cells = List.copyOf(cells);
  }

  /**
   * Spots that behave alike towards all others.
   *
   * @param spots the spots, in the order of the network
   */
  public record Group(List<Spot> spots) {
    /** Copies the list. */
    public Group {
      spots = List.copyOf(spots);
    }
  }

  /**
   * What happens between the spots of two groups.
   *
   * @param from the number of the group where connections begin
   * @param to the number of the group they are made to
   * @param scope which pairs of their spots this is about
   * @param sample the answer for one such pair; that of any other differs in names only
   * @param sampleFrom where the sample begins
   * @param sampleTo whom the sample is made to
   */
  public record Cell(
      int from, int to, PairScope scope, Answer sample, Spot sampleFrom, Spot sampleTo) {}

  /** Which pairs of two groups are meant. */
  public enum PairScope {
    /** Pairs whose ends are at the same node or site of their own. */
    TOGETHER,
    /** All other pairs. */
    APART
  }

  /** What happens between two groups, if there are such pairs. */
  public Optional<Cell> cell(int from, int to, PairScope scope) {
    return cells.stream()
        .filter(cell -> cell.from() == from && cell.to() == to && cell.scope() == scope)
        .findFirst();
  }
}
