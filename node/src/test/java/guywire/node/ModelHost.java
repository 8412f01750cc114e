package guywire.node;

import guywire.linux.KernelRule;
import guywire.network.InterfaceName;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A host that is nothing but its places: what a plan does to a real one, without waiting for kernel
 * and programs. What lives on an interface goes with it.
 */
final class ModelHost implements Host {

  private final Map<Thing, String> things = new LinkedHashMap<>();
  private final Map<InterfaceName, WireGuardDevice> devices = new LinkedHashMap<>();

  /** The routes that the kernel made for addresses, and somebody removed. */
  private final Set<Thing.Connected> lost = new HashSet<>();

  /** All that is there, for comparison. */
  Map<String, String> content() {
    var content = new TreeMap<String, String>();
    things.forEach((thing, text) -> content.put(thing.toString(), text));
    devices.forEach((name, device) -> content.put("device " + name, device.toString()));
    lost.forEach(route -> content.put("lost " + route, ""));
    return content;
  }

  /** What the owner has there. */
  void put(Thing thing, String text) {
    things.put(thing, text);
  }

  /** A start of the machine: files stay, and of all else there is what its owner's boot makes. */
  void restart(Map<Thing, String> owners) {
    var files = new LinkedHashMap<>(things);
    files.keySet().removeIf(thing -> !isFile(thing));
    things.clear();
    devices.clear();
    lost.clear();
    owners.forEach((thing, text) -> {
      if (!isFile(thing)) {
        things.put(thing, text);
      }
    });
    things.putAll(files);
  }

  private static boolean isFile(Thing thing) {
    return thing instanceof Thing.Resolver resolver
        && resolver.way() == Thing.Resolver.ResolverKind.FILE;
  }

  Map<Thing, String> things() {
    return things;
  }

  @Override
  public Observed observe(HostScope scope) {
    var picture = new Observed.Picture();
    things.forEach((thing, text) -> {
      boolean foreign =
          thing instanceof Thing.Link && scope.ledger().claim(scope.node(), thing).isEmpty();
      picture.things.put(thing, foreign ? LinkAspect.FOREIGN : text);
      if (thing instanceof Thing.Address address) {
        Thing.Connected.of(address)
            .filter(route -> !lost.contains(route))
            .ifPresent(route -> picture.things.put(route, Thing.THERE));
      }
      if (thing instanceof Thing.Rule rule) {
        picture.rules.add(
            (rule.suppressesDefault()
                    ? KernelRule.mainWithoutDefault(rule.ipv4())
                    : KernelRule.unlessMarked(rule.ipv4(), rule.mark(), rule.mark()))
                .at(rule.priority()));
      }
    });
    picture.devices.putAll(devices);
    return picture.finish();
  }

  @Override
  public Optional<String> bring(Thing thing, Optional<String> to) {
    if (thing instanceof Thing.Connected route) {
      if (to.isEmpty()) {
        lost.add(route);
      } else {
        lost.remove(route);
      }
      return Optional.empty();
    }
    if (thing instanceof Thing.Address address) {
      Thing.Connected.of(address).ifPresent(lost::remove);
    }
    if (thing instanceof Thing.Link(InterfaceName name)) {
      things.keySet().removeIf(each -> each.on().equals(Optional.of(name)));
      devices.remove(name);
      lost.removeIf(route -> route.link().equals(name));
      to.ifPresent(_ -> devices.put(name, DeviceAspect.FRESH));
    }
    boolean linkIsGone =
        thing.on().filter(name -> !things.containsKey(new Thing.Link(name))).isPresent();
    if (to.isEmpty()) {
      things.remove(thing);
    } else if (!linkIsGone || !(thing instanceof Thing.Setting)) {
      if (linkIsGone && !(thing instanceof Thing.Route)) {
        throw new SetupFailure(
            guywire.network.text.Text.of(Host.class, "step.failed", "no link for " + thing));
      }
      things.put(thing, to.get());
    }
    return Optional.empty();
  }

  @Override
  public void configure(InterfaceName name, WireGuardDevice target) {
    if (!things.containsKey(new Thing.Link(name))) {
      throw new SetupFailure(
          guywire.network.text.Text.of(Host.class, "step.failed", "no device " + name));
    }
    devices.put(name, target);
  }

  @Override
  public Commands.Ended shell(String line) {
    return new Commands.Ended(0, "");
  }

  List<Thing> links() {
    return things.keySet().stream().filter(Thing.Link.class::isInstance).toList();
  }
}
