package guywire.lab;

import guywire.address.IpAddress;
import guywire.network.InterfaceAddress;
import guywire.network.Name;
import guywire.network.Network;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The plan of a lab: its machines, the cables between them, and where each roaming node will be
 * plugged in next. A pure value, drawn from the network's underlay.
 *
 * @param boxes the machines
 * @param cables the cables that are plugged in at the start
 * @param roamingCables for each roaming node the cables to its networks, the first of them the one
 *     in {@code cables}
 * @param names what the name server on the internet knows, by host name
 */
record LabPlan(
    List<PlannedMachine> boxes,
    List<Cable> cables,
    Map<Name, List<Cable>> roamingCables,
    Map<String, List<IpAddress>> names) {

  /** The machine that every line to the internet ends at. */
  static final String INTERNET = "internet.";

  /** The server on the internet that is not part of the network. */
  static final String OUTSIDE = "outside.";

  LabPlan {
    boxes = List.copyOf(boxes);
    cables = List.copyOf(cables);
    roamingCables = Map.copyOf(roamingCables);
    names = Map.copyOf(names);
  }

  /**
   * Makes the plan for a network.
   *
   * @throws IllegalArgumentException if the underlay contradicts itself, such as a node in a site
   *     that does not exist
   */
  static LabPlan of(Network network) {
    return new LabPlanner(network).planned();
  }

  /**
   * The same plan with the names that a machine's interfaces have at home: the one to the internet
   * first, then, on a router, the one to its LAN.
   */
  LabPlan named(String machine, List<String> names) {
    if (names.isEmpty()) {
      return this;
    }
    boolean isRouter =
        boxes.stream().anyMatch(box -> box.name().equals(machine) && !box.bridges().isEmpty());
    String uplink = isRouter ? "wan" : "eth0";
    UnaryOperator<Cable> renamed =
        cable ->
            cable.other().equals(machine) && cable.otherPort().name().equals(uplink)
                ? new Cable(
                    cable.one(),
                    cable.onePort(),
                    cable.other(),
                    cable.otherPort().named(names.getFirst()))
                : cable;
    var others = new LinkedHashMap<Name, List<Cable>>();
    roamingCables.forEach((node, list) -> others.put(node, list.stream().map(renamed).toList()));
    return new LabPlan(
        boxes.stream()
            .map(box -> box.name().equals(machine) ? box.withUplink(uplink, names.getFirst()) : box)
            .toList(),
        cables.stream().map(renamed).toList(),
        others,
        this.names);
  }

  /**
   * The machine that is a site's router.
   *
   * @throws IllegalArgumentException if there is no such site
   */
  String router(Name site) {
    return boxes.stream()
        .filter(box -> box.site().equals(Optional.of(site)) && !box.bridges().isEmpty())
        .map(PlannedMachine::name)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no site " + site));
  }

  /** The IPv4 addresses that the internet knows a site's router (or its carrier) by. */
  List<IpAddress> publicAddresses(Name site) {
    return boxes.stream()
        .filter(box -> box.site().equals(Optional.of(site)))
        .flatMap(box -> cables.stream().filter(c -> c.other().equals(box.name())))
        .filter(cable -> cable.one().equals(INTERNET))
        .flatMap(cable -> cable.otherPort().addresses().stream())
        .map(InterfaceAddress::address)
        .filter(IpAddress::isIpv4)
        .toList();
  }
}
