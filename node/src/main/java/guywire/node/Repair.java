package guywire.node;

import guywire.network.InterfaceName;
import guywire.node.Step.Claiming;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The steps from what a node has become to what it was set up as, told from what is recorded and
 * from what is kept in mind of its devices. It does nothing, looks at nothing but what it is given,
 * and has no step for what is not the node's own: what the owner had there before, another
 * interface under the name of ours, or a peer that somebody added.
 */
final class Repair {

  private final Observed observed;
  private final Ledger ledger;
  private final NodeRecord node;
  private final DeviceMemory memory;
  private final Set<InterfaceName> fresh = new HashSet<>();
  private final List<MendStep> mendings = new ArrayList<>();

  /**
   * A step of a repair.
   *
   * @param pulled what is mended: a thing, or the interface of a device
   * @param on the interface that it is on, or is
   */
  record MendStep(Object pulled, Optional<InterfaceName> on, Step step) {}

  private Repair(Observed observed, Ledger ledger, NodeRecord node, DeviceMemory memory) {
    this.observed = observed;
    this.ledger = ledger;
    this.node = node;
    this.memory = memory;
  }

  /**
   * What is to be done, in order.
   *
   * @param whole whether also was seen what only programs can see
   */
  static List<MendStep> of(
      Observed observed, Ledger ledger, NodeRecord node, DeviceMemory memory, boolean whole) {
    // What is being changed, or is half given back, is nobody's to mend.
    if (node.stage() != NodeRecord.Stage.SETTLED || node.interfaces().isEmpty()) {
      return List.of();
    }
    var repair = new Repair(observed, ledger, node, memory);
    repair.links();
    node.interfaces().forEach(repair::device);
    for (var aspect : Aspects.ALL) {
      if (whole || !Aspects.BY_PROGRAMS.contains(aspect)) {
        repair.things(aspect);
      }
    }
    return repair.mendings;
  }

  private void links() {
    for (var name : node.interfaces()) {
      var link = new Thing.Link(name);
      ledger
          .claim(node.id(), link)
          .filter(_ -> observed.holds(link).isEmpty() && memory.knows(node, name))
          .ifPresent(claim -> {
            fresh.add(name);
            bring(link, Optional.empty(), claim.content(), Claiming.CLAIMS);
          });
    }
  }

  private void device(InterfaceName name) {
    var there = Optional.ofNullable(observed.devices().get(name));
    if (there.isPresent() || fresh.contains(name)) {
      var now = there.filter(_ -> !fresh.contains(name)).orElse(DeviceAspect.FRESH);
      var target = memory.target(node, name, now);
      if (!DeviceChange.between(now, target).isEmpty()) {
        mendings.add(new MendStep(name, Optional.of(name), new Step.Configure(name, now, target)));
      }
    }
  }

  private void things(Aspect aspect) {
    for (var claim : ledger.claims(node.id())) {
      Thing thing = claim.thing();
      // The links were first; and who mends is the agent itself.
      boolean done = thing instanceof Thing.Link || thing instanceof Thing.Agent;
      boolean isOurs = ledger.latest(thing).equals(Optional.of(claim));
      if (aspect.has(thing) && !done && isOurs) {
        compare(thing, claim.content(), Claiming.CLAIMS);
      }
    }
    if (aspect.has(new Thing.Up(node.interfaces().getFirst()))) {
      for (var name : node.interfaces()) {
        memory
            .mtu(node.id(), name)
            .ifPresent(mtu -> compare(new Thing.Mtu(name), String.valueOf(mtu), Claiming.NEITHER));
        compare(new Thing.Up(name), Thing.THERE, Claiming.NEITHER);
      }
      connected();
    }
  }

  /** Where an address or its interface is mended, the kernel makes the route. */
  private void connected() {
    for (var claim : ledger.claims(node.id())) {
      if (claim.thing() instanceof Thing.Address address && !fresh.contains(address.link())) {
        AddressAspect.lacking(observed, address)
            .ifPresent(route -> compare(route, Thing.THERE, Claiming.NEITHER));
      }
    }
  }

  private void compare(Thing thing, String content, Claiming claiming) {
    if (thing.on().filter(name -> !hasPlace(name)).isPresent()) {
      return;
    }
    var now =
        thing.on().filter(fresh::contains).isPresent()
            ? Optional.<String>empty()
            : observed.holds(thing);
    if (!now.equals(Optional.of(content))) {
      bring(thing, now, content, claiming);
    }
  }

  /** Whether an interface is there, or soon will be, and is no other of the same name. */
  private boolean hasPlace(InterfaceName name) {
    var link = new Thing.Link(name);
    if (ledger.claim(node.id(), link).isEmpty()) {
      // One of the owner's, such as that of a route to a next hop.
      return true;
    }
    return fresh.contains(name)
        || observed.holds(link).filter(maker -> !maker.equals(LinkAspect.FOREIGN)).isPresent();
  }

  private void bring(Thing thing, Optional<String> now, String content, Claiming claiming) {
    var on = thing instanceof Thing.Link(var name) ? Optional.of(name) : thing.on();
    mendings.add(
        new MendStep(thing, on, new Step.Bring(thing, now, Optional.of(content), claiming, false)));
  }
}
