package guywire.lab;

import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.prove.HostFacts;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What stands on a node's disk, to be used as it is: the files of wg-quick, hooks and all.
 *
 * @param files the text of each tunnel's file, in the order in which they are brought up; none
 *     where what the node has is not for wg-quick, so that an equivalent has to do
 * @param interfaces the names of the node's other interfaces, the one to the internet first; empty
 *     if not known
 * @param before the commands, each as its program and arguments, that make the host what its owner
 *     says it is before any tunnel: forwarding, firewall rules, routes
 * @param rulesets what nft loads at boot
 */
public record WrittenNode(
    Map<InterfaceName, String> files,
    List<String> interfaces,
    List<List<String>> before,
    List<String> rulesets) {

  /** Where a command of a firewall names an interface. */
  private static final Pattern NAMED =
      Pattern.compile("(?:-[io]|--(?:in|out)-interface|[io]ifname|\\bdev)\\s+\"?([a-zA-Z0-9_.-]+)");

  /** Copies the collections. */
  public WrittenNode {
    files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
    interfaces = List.copyOf(interfaces);
    before = before.stream().map(List::copyOf).toList();
    rulesets = List.copyOf(rulesets);
  }

  /**
   * This node with what its host reads at boot.
   *
   * @param settings for sysctl: {@code key=value}
   * @param scripts for nft
   */
  public WrittenNode withBoot(List<String> settings, List<String> scripts) {
    // What this kernel does not have is passed over, as at boot; what is said of the host comes
    // later.
    var first =
        settings.stream().map(setting -> List.of("sysctl", "-e", "-q", "-w", setting)).toList();
    return new WrittenNode(
        files, interfaces, Stream.concat(first.stream(), before.stream()).toList(), scripts);
  }

  /** What stands on the disk of a node, whose owner says the rest. */
  public static WrittenNode of(NodeConfig node, Map<InterfaceName, String> files, HostFacts facts) {
    var said = facts.interfaces();
    return new WrittenNode(
        files, said.isEmpty() ? interfacesIn(node) : said, facts.commands(), List.of());
  }

  /** Whether the node's files can be used as they are. */
  public boolean isAsWritten() {
    return !files.isEmpty();
  }

  /**
   * The names of a node's other interfaces as far as its hooks tell: if they speak of one interface
   * that is no tunnel, that is the one to the internet.
   */
  private static List<String> interfacesIn(NodeConfig node) {
    Set<String> named = new LinkedHashSet<>();
    for (Hook hook : node.hooks()) {
      var matcher = NAMED.matcher(hook.command());
      while (matcher.find()) {
        InterfaceName.tryParse(matcher.group(1))
            .filter(name -> node.interfaces().stream().noneMatch(t -> t.name().equals(name)))
            .map(InterfaceName::text)
            .filter(name -> !name.equals("lo"))
            .ifPresent(named::add);
      }
    }
    return named.size() == 1 ? List.copyOf(named) : List.of();
  }
}
