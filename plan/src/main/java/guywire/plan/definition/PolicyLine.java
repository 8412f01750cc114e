package guywire.plan.definition;

import guywire.network.text.Place;
import guywire.plan.definition.Definition.Ref;
import java.util.List;

/**
 * One line of the policy. Lines are read from the top, the first that matches a connection decides;
 * what none matches is refused.
 *
 * @param allow whether it permits or refuses
 * @param from who starts the connection
 * @param to who is meant; the same as {@code from} for "each other"
 * @param services what it carries; empty for everything
 * @param through the gateways that may be asked to forward this; empty for packets that go by
 *     themselves
 * @param place where it stands
 * @param text the line as written
 */
public record PolicyLine(
    boolean allow,
    List<Ref> from,
    List<Ref> to,
    List<Service> services,
    List<Ref> through,
    Place place,
    String text) {

  /** Copies the lists. */
  public PolicyLine {
    from = List.copyOf(from);
    to = List.copyOf(to);
    services = List.copyOf(services);
    through = List.copyOf(through);
  }

  /** One about packets that go by themselves. */
  public PolicyLine(
      boolean allow,
      List<Ref> from,
      List<Ref> to,
      List<Service> services,
      Place place,
      String text) {
    this(allow, from, to, services, List.of(), place, text);
  }

  /** Whether it is about what gateways may be asked to forward. */
  public boolean isForward() {
    return !through.isEmpty();
  }
}
