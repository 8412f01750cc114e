package guywire.node;

import guywire.network.InterfaceName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What Guywire set up on a machine and must take back: the content of its state file. It holds no
 * secret.
 *
 * @param complete whether all of it was done; otherwise any of it may be there
 * @param node the node's name
 * @param interfaces its interfaces
 * @param routes routes beside those of its interfaces
 * @param needs the settings of the kernel that it needs
 * @param sysctls those of them that were changed: what they were and what they became
 * @param firewall its nftables transaction; empty if it has none
 * @param passages rules put into another program's filter, such as Docker's
 * @param resolver its resolver settings, if it brings any
 * @param nameServer the configuration of its name server; empty if it has none
 * @param watch the peers whose endpoints are names; empty if there are none
 * @param preDown shell commands to run before it is taken back, if the owner let hooks run
 * @param postDown and those after it
 */
record Recorded(
    boolean complete,
    String node,
    List<Interface> interfaces,
    List<RouteText> routes,
    List<String> needs,
    Map<String, Setting> sysctls,
    String firewall,
    List<String> passages,
    Optional<Resolver> resolver,
    String nameServer,
    String watch,
    List<String> preDown,
    List<String> postDown) {

  /** Nothing is set up. */
  static final Recorded NOTHING =
      new Recorded(
          true,
          "",
          List.of(),
          List.of(),
          List.of(),
          Map.of(),
          "",
          List.of(),
          Optional.empty(),
          "",
          "",
          List.of(),
          List.of());

  /**
   * An interface that was created.
   *
   * @param name its name
   * @param program what made it: kernel, or the program
   * @param mark its firewall mark, and the number of its table if it is a full tunnel
   * @param addresses its addresses
   * @param routes the prefixes routed to it
   * @param rules the routing rules that lead to it
   * @param endpoints the configured endpoint of each peer, by public key
   */
  record Interface(
      String name,
      String program,
      long mark,
      List<String> addresses,
      List<RouteText> routes,
      List<Rule> rules,
      Map<String, String> endpoints) {}

  /** A route: destination, next hop or nothing, device or nothing, table, metric. */
  record RouteText(String to, String via, String device, long table, long metric) {}

  /** A routing rule with the place it got. */
  record Rule(boolean ipv4, long priority, long mark, long table, boolean suppressesDefault) {}

  /** A setting of the kernel: what it was and what it became. */
  record Setting(String before, String after) {}

  /**
   * Resolver settings.
   *
   * @param way resolvconf or file
   * @param content what was given to resolvconf, or written
   * @param before the file's content before
   */
  record Resolver(String way, String content, String before) {}

  Optional<Interface> of(InterfaceName name) {
    return interfaces.stream().filter(i -> i.name().equals(name.text())).findFirst();
  }

  Recorded withSysctls(Map<String, Setting> changed) {
    return new Recorded(
        complete,
        node,
        interfaces,
        routes,
        needs,
        changed,
        firewall,
        passages,
        resolver,
        nameServer,
        watch,
        preDown,
        postDown);
  }
}
