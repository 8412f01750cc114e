package guywire.format.tunnel;

import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.network.VirtualRouter;

/**
 * The configuration of keepalived for a gateway that shares an address of its LAN with others
 * (keepalived.conf(5)).
 */
/*
 * VRRP's third version counts in hundredths of a second: three messages that fail to come are noticed within two
 * seconds. Who has the address says so every second: where two had it for a while, apart from each other, the LAN may
 * still send to the one that lost it. The tunnel is watched by a ping through it, because a gateway whose tunnel is dead can hold the address
 * and still be of no use.
 */
public final class Keepalived {

  /** Where the file goes. */
  static final String PATH = "etc/keepalived/keepalived.conf";

  private Keepalived() {}

  /**
   * The file of a node.
   *
   * @param lan the node's interface in the LAN
   * @throws java.util.NoSuchElementException if it shares no address, or has no tunnel
   */
  public static String of(NodeConfig node, InterfaceName lan) {
    var router = node.virtualRouter().orElseThrow();
    var text = new StringBuilder();
    text.append("$LAN=").append(lan).append("\n\n");
    text.append(
        "global_defs {\n    vrrp_version 3\n    vrrp_garp_master_refresh 1\n    enable_script_security\n");
    text.append("    script_user root\n}\n\n");
    text.append("vrrp_script tunnel {\n    script \"/usr/bin/ping -c 1 -W 1 -I ");
    text.append(node.usualTunnel().orElseThrow()).append(' ').append(router.watchedAddress());
    text.append("\"\n    interval 1\n    timeout 2\n    fall 2\n    rise 2\n");
    text.append("    weight -").append(VirtualRouter.FALL).append("\n}\n");
    for (boolean ipv4 : new boolean[] {true, false}) {
      var own = router.addresses().stream().filter(each -> each.isIpv4() == ipv4).toList();
      if (!own.isEmpty()) {
        text.append("\nvrrp_instance gateways-ipv").append(ipv4 ? 4 : 6).append(" {\n");
        text.append("    state BACKUP\n    interface $LAN\n    virtual_router_id ");
        text.append(router.id()).append("\n    priority ").append(router.priority());
        text.append("\n    advert_int 0.5\n    virtual_ipaddress {\n");
        own.forEach(each -> text.append("        ").append(each).append('\n'));
        text.append("    }\n    track_script {\n        tunnel\n    }\n}\n");
      }
    }
    return text.toString();
  }
}
