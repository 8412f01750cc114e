package guywire.plan.definition;

import guywire.address.Prefix;
import guywire.network.Name;
import guywire.network.text.Place;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A network as its owner declares it: what they know, nothing that can be derived. The language is
 * described in docs/definition.md.
 *
 * <p>{@link #read} reads a file; what it returns has either the definition or every error in it.
 * {@code Planner.plan} turns a definition into the configuration of each node.
 *
 * @param name the network
 * @param place where it is named
 * @param overlay the prefixes tunnel addresses come from: one IPv4, one IPv6, or one of each
 * @param topology who has a tunnel to whom where no link says so
 * @param mtu the tunnels' MTU in bytes, if set by hand
 * @param keepaliveSeconds how often a NAT mapping is refreshed, where that is needed
 * @param presharedKeys whether every link gets a pre-shared key
 * @param sites the sites, in the order written
 * @param nodes the nodes, in the order written
 * @param groups the groups, in the order written
 * @param links the exceptions to the topology
 * @param dns the network's name server, if it has one
 * @param policy who may reach whom; empty means everyone may reach everyone
 * @param expect what must hold
 */
public record Definition(
    Name name,
    Place place,
    List<OverlayEntry> overlay,
    Topology topology,
    OptionalInt mtu,
    int keepaliveSeconds,
    boolean presharedKeys,
    List<SiteEntry> sites,
    List<NodeEntry> nodes,
    List<GroupEntry> groups,
    List<LinkEntry> links,
    Optional<DnsEntry> dns,
    Optional<List<PolicyLine>> policy,
    List<ExpectLine> expect) {

  /** How often a NAT mapping is refreshed unless told: safely below the 30 s of strict NATs. */
  public static final int USUAL_KEEPALIVE_SECONDS = 25;

  /** Who has a tunnel to whom where no link says so. */
  public enum Topology {
    /** Every node to its hub, hubs among each other. */
    HUB,
    /** Everyone to everyone, where one of the two can be reached; else through a relay. */
    MESH,
    /** Only the links that are listed. */
    LINKS
  }

  /**
   * A name where it is used.
   *
   * @param name the name
   * @param place where it stands
   */
  public record Ref(Name name, Place place) {}

  /**
   * One prefix that tunnel addresses come from.
   *
   * @param prefix the prefix
   * @param place where it stands
   */
  public record OverlayEntry(Prefix prefix, Place place) {}

  /** Copies the collections. */
  public Definition {
    overlay = List.copyOf(overlay);
    sites = List.copyOf(sites);
    nodes = List.copyOf(nodes);
    groups = List.copyOf(groups);
    links = List.copyOf(links);
    policy = policy.map(List::copyOf);
    expect = List.copyOf(expect);
  }

  /** Reads a definition from a file. */
  public static ReadDefinition read(Path file) {
    return DefinitionReader.read(file);
  }

  /**
   * Reads a definition from text.
   *
   * @param file what to call it in messages
   * @param text the YAML
   */
  public static ReadDefinition parse(String file, String text) {
    return DefinitionReader.parse(file, text);
  }

  /**
   * The same with one more line at the head of its policy, which permits a connection.
   *
   * @param from a node or host, or a name that is always there
   * @param to who is meant; likewise
   * @return nothing if there is no policy, or one of the names isn't in the definition
   */
  public Optional<Definition> permitting(Name from, Name to, Service service) {
    if (policy.isEmpty() || !has(from) || !has(to)) {
      return Optional.empty();
    }
    var lines = new ArrayList<PolicyLine>();
    lines.add(
        new PolicyLine(
            true,
            List.of(new Ref(from, place)),
            List.of(new Ref(to, place)),
            List.of(service),
            place,
            from + " may reach " + to + " on " + service));
    lines.addAll(policy.get());
    return Optional.of(
        new Definition(
            name,
            place,
            overlay,
            topology,
            mtu,
            keepaliveSeconds,
            presharedKeys,
            sites,
            nodes,
            groups,
            links,
            dns,
            Optional.of(lines),
            expect));
  }

  private boolean has(Name wanted) {
    return node(wanted).isPresent()
        || wanted.text().equals("internet")
        || sites.stream()
            .flatMap(site -> site.hosts().stream())
            .anyMatch(host -> host.name().equals(wanted));
  }

  /** The node of this name. */
  public Optional<NodeEntry> node(Name wanted) {
    return nodes.stream().filter(node -> node.name().equals(wanted)).findFirst();
  }

  /** The site of this name. */
  public Optional<SiteEntry> site(Name wanted) {
    return sites.stream().filter(site -> site.name().equals(wanted)).findFirst();
  }
}
