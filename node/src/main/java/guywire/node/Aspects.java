package guywire.node;

import java.util.List;

/** All sides of a host that a node has to do with, in the order in which they are set up. */
final class Aspects {

  private static final Aspect FILTER = new FilterAspect();
  private static final Aspect PASSAGES = new PassageAspect();
  private static final Aspect RESOLVER = new ResolverAspect();
  private static final Aspect AGENT = new AgentAspect();

  /** The filter stands before the first packet can come. */
  static final List<Aspect> ALL =
      List.of(
          FILTER,
          new LinkAspect(),
          new AddressAspect(),
          new RuleAspect(),
          new AgentRuleAspect(),
          new SourceRuleAspect(),
          new RouteAspect(),
          PASSAGES,
          new SettingAspect(),
          RESOLVER,
          AGENT);

  /** Those that are seen by running programs, in any thread. */
  static final List<Aspect> BY_PROGRAMS = List.of(FILTER, PASSAGES, RESOLVER);

  /** Those that are seen in the thread that is in the host's network namespace. */
  static final List<Aspect> BY_KERNEL =
      ALL.stream().filter(aspect -> !BY_PROGRAMS.contains(aspect)).toList();

  private Aspects() {}

  static Aspect of(Thing thing) {
    return ALL.stream().filter(aspect -> aspect.has(thing)).findFirst().orElseThrow();
  }

  /** What a configuration wants of a host. */
  static Wanted wanted(Demand demand) {
    var wanted = new Wanted();
    ALL.forEach(aspect -> aspect.want(demand, wanted));
    for (var tunnel : demand.config().interfaces()) {
      wanted.put(tunnel.name(), new Wanted.DeviceWish(tunnel, demand.mark(tunnel.name())));
    }
    return wanted;
  }
}
