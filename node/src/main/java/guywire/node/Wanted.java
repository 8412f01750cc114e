package guywire.node;

import guywire.network.InterfaceName;
import guywire.network.TunnelInterface;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a node shall have on its host, in the order in which it is made.
 *
 * <p>For one thread.
 */
final class Wanted {

  private final Map<Thing, String> things = new LinkedHashMap<>();
  private final Map<InterfaceName, DeviceWish> devices = new LinkedHashMap<>();

  /**
   * What a device shall be.
   *
   * @param tunnel its configuration
   * @param mark the mark of its outer packets
   */
  record DeviceWish(TunnelInterface tunnel, long mark) {}

  void put(Thing thing, String content) {
    things.put(thing, content);
  }

  void put(InterfaceName name, DeviceWish device) {
    devices.put(name, device);
  }

  Map<Thing, String> things() {
    return things;
  }

  Map<InterfaceName, DeviceWish> devices() {
    return devices;
  }

  boolean has(Thing thing) {
    return things.containsKey(thing);
  }

  Optional<String> of(Thing thing) {
    return Optional.ofNullable(things.get(thing));
  }
}
