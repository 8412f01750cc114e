package guywire.prove;

import guywire.format.input.Command;
import guywire.network.Attachment;
import guywire.network.Forwarding;
import guywire.network.HostPorts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the owner says of a host, and no file of it.
 *
 * @param attachment where it is plugged in, if said
 * @param interfaces the names of its interfaces beside the tunnels, the one to the internet first;
 *     empty if not said
 * @param ports where these interfaces lead, as far as that is said
 * @param forwardIpv4 whether it forwards IPv4, by its lasting settings
 * @param forwardIpv6 whether it forwards IPv6
 * @param interfaceMtu the MTU of its interface to the internet in bytes, if said
 * @param traits what else is known
 * @param rules the commands for the firewall rules and routes that are there before any tunnel
 */
public record HostFacts(
    Optional<Attachment> attachment,
    List<String> interfaces,
    List<HostPorts.Port> ports,
    Forwarding forwardIpv4,
    Forwarding forwardIpv6,
    OptionalInt interfaceMtu,
    Set<Trait> traits,
    List<Command> rules) {

  /** Nothing is said. */
  public static final HostFacts NONE =
      new HostFacts(
          Optional.empty(), List.of(), Forwarding.UNSTATED, OptionalInt.empty(), Set.of());

  /** Facts that say nothing of where interfaces lead, nor of rules. */
  public HostFacts(
      Optional<Attachment> attachment,
      List<String> interfaces,
      Forwarding forwarding,
      OptionalInt interfaceMtu,
      Set<Trait> traits) {
    this(
        attachment, interfaces, List.of(), forwarding, forwarding, interfaceMtu, traits, List.of());
  }

  /** What a host may have that matters to its tunnels. */
  public enum Trait {
    /** Docker, whose rules drop what it does not know when it turns on forwarding itself. */
    DOCKER,
    /** ufw, which drops what passes through unless told. */
    UFW,
    /** firewalld. */
    FIREWALLD,
    /** systemd-networkd, which deletes rules and routes that are not its own. */
    NETWORKD,
    /** No battery for the clock, and time only through the tunnel. */
    NO_CLOCK,
    /** A cloud's check that drops packets not from or for the machine itself. */
    SOURCE_CHECK,
    /** The strict reverse path filter. */
    STRICT_REVERSE_PATH,
    /** More than one way to the internet. */
    SEVERAL_UPLINKS,
    /** Something that looks the names of endpoints up again when a tunnel is silent. */
    RERESOLVES,
    /** It also uses networks without IPv4, as many mobile networks are. */
    IPV6_ONLY,
    /**
     * Things on it or beside it are found by broadcast or multicast: printers, speakers, shares.
     */
    BROADCAST,
    /** No program {@code resolvconf}, which wg-quick calls for DNS. */
    NO_RESOLVCONF,
    /** IPv6 is switched off by sysctl. */
    NO_IPV6,
    /** It answers ARP for addresses that it knows a way to. */
    PROXY_ARP,
    /** A routing daemon (bird, FRR) sets its routes. */
    ROUTING_DAEMON;

    /** The word in a facts file: docker, source-check. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Copies the collections. */
  public HostFacts {
    interfaces = List.copyOf(interfaces);
    ports = List.copyOf(ports);
    rules = List.copyOf(rules);
    traits = Set.copyOf(traits);
  }

  /**
   * The commands that make a host so before it has any tunnel, each as its program and arguments:
   * what its sysctls are, then its rules and routes.
   */
  public List<List<String>> commands() {
    var commands = new ArrayList<List<String>>();
    forwarding("net.ipv4.ip_forward", forwardIpv4, commands);
    forwarding("net.ipv6.conf.all.forwarding", forwardIpv6, commands);
    if (has(Trait.NO_IPV6)) {
      set("net.ipv6.conf.all.disable_ipv6", 1, commands);
      set("net.ipv6.conf.default.disable_ipv6", 1, commands);
    }
    if (has(Trait.STRICT_REVERSE_PATH)) {
      set("net.ipv4.conf.all.rp_filter", 1, commands);
      set("net.ipv4.conf.default.rp_filter", 1, commands);
    }
    if (has(Trait.PROXY_ARP)) {
      set("net.ipv4.conf.all.proxy_arp", 1, commands);
    }
    for (var rule : rules) {
      var words = new ArrayList<>(List.of(rule.program()));
      words.addAll(rule.arguments());
      commands.add(words);
    }
    return commands;
  }

  private static void forwarding(String key, Forwarding forwarding, List<List<String>> commands) {
    if (forwarding != Forwarding.UNSTATED) {
      set(key, forwarding == Forwarding.ON ? 1 : 0, commands);
    }
  }

  private static void set(String key, int value, List<List<String>> commands) {
    commands.add(List.of("sysctl", "-q", "-w", key + "=" + value));
  }

  /** Whether it has this trait. */
  public boolean has(Trait trait) {
    return traits.contains(trait);
  }
}
