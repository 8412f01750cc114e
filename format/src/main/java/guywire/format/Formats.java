package guywire.format;

import static java.util.stream.Collectors.joining;

import guywire.format.input.Command;
import guywire.format.input.Format;
import guywire.format.input.Imported;
import guywire.format.input.Importer;
import guywire.format.input.SourceFile;
import guywire.format.output.Rendered;
import guywire.format.output.Renderer;
import guywire.format.output.Rendering;
import guywire.format.shell.GuidePage;
import guywire.format.shell.ScriptReader;
import guywire.format.syntax.Notes;
import guywire.format.tunnel.AppRenderer;
import guywire.format.tunnel.DockerRenderer;
import guywire.format.tunnel.Keepalived;
import guywire.format.tunnel.NetworkManagerImporter;
import guywire.format.tunnel.NetworkManagerRenderer;
import guywire.format.tunnel.NetworkdImporter;
import guywire.format.tunnel.NetworkdRenderer;
import guywire.format.tunnel.NixOsRenderer;
import guywire.format.tunnel.OpenWrtImporter;
import guywire.format.tunnel.OpenWrtRenderer;
import guywire.format.tunnel.PlatformLimits;
import guywire.format.tunnel.ProxmoxImporter;
import guywire.format.tunnel.ProxmoxRenderer;
import guywire.format.tunnel.RouterOsImporter;
import guywire.format.tunnel.RouterOsRenderer;
import guywire.format.tunnel.SenseImporter;
import guywire.format.tunnel.SharedValues;
import guywire.format.tunnel.VyattaImporter;
import guywire.format.tunnel.WgDumpImporter;
import guywire.format.tunnel.WgQuickImporter;
import guywire.format.tunnel.WgQuickRenderer;
import guywire.network.Doubt;
import guywire.network.Doubt.Stage;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.Part;
import guywire.network.Part.Listing;
import guywire.network.Places;
import guywire.network.Platform;
import guywire.network.TunnelInterface;
import guywire.network.text.Finding;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which renderer writes for a platform, and which importer reads a file. */
public final class Formats {

  /** Those whose files can't send on to an exit behind a tunnel. */
  private static final Set<Platform> SENDING_NOTHING_ON =
      EnumSet.of(
          Platform.PROXMOX, Platform.MACOS, Platform.IOS, Platform.ANDROID, Platform.WINDOWS);

  /** What reads files of networkd also reads what a host has beside its tunnels. */
  private static final Importer HOST_FILES = new NetworkdImporter();

  private Formats() {}

  /** The renderer of a platform. Files know no agent, so they have a node's usual tunnels only. */
  public static Renderer renderer(Platform platform) {
    var whole = whole(platform);
    return (node, locale) -> {
      var notes = new Notes(node.name().text());
      if (SENDING_NOTHING_ON.contains(platform)) {
        new PlatformLimits(node, notes, platform.word()).exits();
      }
      return notes.all().isEmpty()
          ? whole.render(node.withoutAgent(), locale)
          : new Rendering(List.of(), notes.all());
    };
  }

  private static Renderer whole(Platform platform) {
    return switch (platform) {
      case LINUX -> new WgQuickRenderer();
      case OPENWRT -> new OpenWrtRenderer();
      case ROUTEROS -> new RouterOsRenderer();
      case NETWORKMANAGER -> new NetworkManagerRenderer();
      case MACOS, IOS, ANDROID, WINDOWS -> new AppRenderer();
      case NETWORKD -> new NetworkdRenderer();
      case PROXMOX -> new ProxmoxRenderer();
      case NIXOS -> new NixOsRenderer();
      case DOCKER -> new DockerRenderer();
    };
  }

  /**
   * Writes nodes of one network, each for its platform. Of Proxmox nodes, if there are several, the
   * fabric is written once for all of them, because its files belong to the cluster.
   *
   * @param locale the language of what is written for people
   */
  public static List<Rendered> render(List<NodeConfig> nodes, Locale locale) {
    var cluster = nodes.stream().filter(node -> node.platform() == Platform.PROXMOX).toList();
    boolean shared = cluster.size() > 1;
    var written = new ArrayList<Rendered>();
    if (shared) {
      var fabric = new ProxmoxRenderer().render(cluster, locale);
      written.add(new Rendered(Rendered.PROXMOX_CLUSTER, Platform.PROXMOX, fabric));
    }
    for (var node : nodes) {
      var rendering =
          shared && node.platform() == Platform.PROXMOX
              ? ProxmoxRenderer.host(node, locale)
              : renderer(node.platform()).render(node, locale);
      written.add(new Rendered(node.name().text(), node.platform(), rendering));
    }
    return written;
  }

  /**
   * The configuration of keepalived for a gateway that shares an address of its LAN with others.
   *
   * @param lan the node's interface in the LAN
   * @throws java.util.NoSuchElementException if it shares no address, or has no tunnel
   */
  public static String keepalived(NodeConfig node, InterfaceName lan) {
    return Keepalived.of(node, lan);
  }

  /**
   * What reads files of a format. There is none for scripts and guides, which {@link #read} takes
   * apart first, and for what is nothing but a key.
   */
  public static Optional<Importer> importer(Format format) {
    return importer(format, new SharedValues());
  }

  private static Optional<Importer> importer(Format format, SharedValues shared) {
    return switch (format) {
      case WG_QUICK -> Optional.of(new WgQuickImporter(shared));
      case WG_DUMP -> Optional.of(new WgDumpImporter());
      case OPENWRT -> Optional.of(new OpenWrtImporter());
      case ROUTEROS -> Optional.of(new RouterOsImporter());
      case NETWORKD -> Optional.of(new NetworkdImporter());
      case NETWORKMANAGER -> Optional.of(new NetworkManagerImporter());
      case PROXMOX -> Optional.of(new ProxmoxImporter());
      case VYATTA -> Optional.of(new VyattaImporter());
      case SENSE -> Optional.of(new SenseImporter());
      case HOST -> Optional.of(HOST_FILES);
      case SCRIPT, GUIDE, SECRET_KEY -> Optional.empty();
    };
  }

  /** The format of a file; empty if it is none that can be read. */
  public static Optional<Format> detect(String name, String content) {
    return Format.detect(new SourceFile(name, content));
  }

  /**
   * Reads the files of one node, whatever their formats. The kernel settings and firewall of a
   * Linux host count for the tunnels that stand in other files.
   *
   * @param node what to call the node, where the files don't say
   * @param files its files
   * @return the node as each format describes it: one, unless the files are of several formats or
   *     of one that describes a whole network; then the hosts that guides among the files show
   */
  public static List<Imported> read(Name node, List<SourceFile> files) {
    return read(node, files, new SharedValues());
  }

  /**
   * Reads the files of several hosts, each as {@link #read(Name, List)} does; what they say alike
   * is read once and shared.
   */
  public static List<Imported> read(Map<Name, List<SourceFile>> byHost) {
    var shared = new SharedValues();
    var read = new ArrayList<Imported>();
    byHost.forEach((host, files) -> read.addAll(read(host, files, shared)));
    return read;
  }

  private static List<Imported> read(Name node, List<SourceFile> files, SharedValues shared) {
    Map<Format, List<SourceFile>> byFormat = new EnumMap<>(Format.class);
    var notes = new Notes(node.text());
    var commands = new ArrayList<Command>();
    var shown = new ArrayList<Imported>();
    files.stream()
        .filter(file -> Format.detect(file).equals(Optional.of(Format.GUIDE)))
        .forEach(guide -> shown.addAll(shown(guide, notes)));
    for (var file : withoutScripts(files, commands)) {
      var format = Format.detect(file);
      Exposure.look(file, notes);
      if (format.isEmpty()) {
        String key = Format.isFritzBox(file) ? "import.fritzbox" : "import.file";
        notes.error("F66", new Place(file.name(), 0, 0), key, file.lastName());
      } else if (format.get() != Format.SECRET_KEY) {
        // A script that another one writes is not taken apart: it is a file like others of the
        // host.
        var read = importer(format.get()).isPresent() ? format.get() : Format.HOST;
        byFormat.computeIfAbsent(read, f -> new ArrayList<>()).add(file);
      }
    }
    var host = Optional.ofNullable(byFormat.remove(Format.HOST));
    var read = new ArrayList<Imported>();
    var setUp = new HashMap<InterfaceName, Place>();
    for (var entry : byFormat.entrySet()) {
      var some = importer(entry.getKey(), shared).orElseThrow().read(node, entry.getValue());
      read.addAll(some);
      // A dump shows what runs, and sets nothing up.
      if (entry.getKey() != Format.WG_DUMP && some.size() == 1) {
        twice(some.getFirst(), setUp, notes);
      }
    }
    if (host.isPresent() || read.isEmpty()) {
      var beside = HOST_FILES.read(node, host.orElse(List.of())).getFirst();
      read.replaceAll(imported -> together(imported, beside));
      if (read.isEmpty()) {
        read.add(beside);
      }
    }
    read.set(0, with(read.getFirst(), notes.all(), commands));
    read.addAll(shown);
    return read;
  }

  /** The hosts whose configurations a guide shows, each called by the heading above it. */
  private static List<Imported> shown(SourceFile guide, Notes notes) {
    var hosts = GuidePage.hosts(guide);
    if (!hosts.isEmpty()) {
      notes.info(
          "A01",
          new Place(guide.name(), hosts.getFirst().line(), 0),
          "guide.hosts",
          hosts.stream()
              .map(host -> host.name() + " (" + host.line() + ")")
              .collect(joining(", ")));
    }
    return hosts.stream()
        .flatMap(host -> read(host.name(), List.of(host.file())).stream())
        .toList();
  }

  /**
   * Makes one of what several files say of the same node: the tunnels of all of them, and the rest
   * from the first that speaks of it. Of a tunnel that two describe the first counts, and it is
   * said.
   */
  public static List<Imported> merged(List<Imported> read) {
    var byName = new LinkedHashMap<Name, Imported>();
    for (var imported : read) {
      byName.merge(imported.node().name(), imported, Formats::merged);
    }
    return List.copyOf(byName.values());
  }

  /** The files themselves, or those that a script among them writes. */
  private static List<SourceFile> withoutScripts(List<SourceFile> files, List<Command> commands) {
    var plain = new ArrayList<SourceFile>();
    for (var file : files) {
      var format = Format.detect(file);
      if (format.equals(Optional.of(Format.SCRIPT)) || format.equals(Optional.of(Format.GUIDE))) {
        var script = ScriptReader.read(file);
        commands.addAll(script.commands());
        plain.addAll(script.files());
      } else {
        plain.add(file);
      }
    }
    return plain;
  }

  /** F68: two programs set up the same interface. */
  private static void twice(Imported imported, Map<InterfaceName, Place> before, Notes notes) {
    for (var tunnel : imported.node().interfaces()) {
      var place = imported.places().of(new Part.Tunnel(tunnel.name()));
      var first = before.putIfAbsent(tunnel.name(), place);
      if (first != null && !first.file().equals(place.file())) {
        notes.error("F68", place, "host.twice", tunnel.name().text(), first.toString());
      }
    }
  }

  private static Imported merged(Imported first, Imported second) {
    // What has no tunnel is what the host has beside those of the other.
    return first.node().interfaces().isEmpty() ? together(second, first) : together(first, second);
  }

  private static Imported with(Imported imported, List<Finding> more, List<Command> commands) {
    var findings = both(more, imported.findings());
    // What a host without a tunnel sets concerns none.
    boolean none = imported.node().interfaces().isEmpty();
    return new Imported(
        imported.node(),
        imported.places(),
        findings,
        none ? commands : both(commands, imported.commands()),
        imported.setbacks(),
        imported.doubts(),
        imported.policies());
  }

  /** A node with what others of its files say: of what both speak of, the first word counts. */
  private static Imported together(Imported imported, Imported beside) {
    var node = imported.node();
    var host = beside.node();
    var notes = new Notes(node.name().text());
    var tunnels = new LinkedHashMap<InterfaceName, TunnelInterface>();
    node.interfaces().forEach(tunnel -> tunnels.put(tunnel.name(), tunnel));
    for (var tunnel : host.interfaces()) {
      if (tunnels.putIfAbsent(tunnel.name(), tunnel) != null) {
        var place = beside.places().of(new Part.Tunnel(tunnel.name()));
        boolean said =
            imported.findings().stream()
                .anyMatch(f -> f.code().equals("F68") && f.place().equals(place));
        if (!said) {
          notes.warning("F66", place, "import.twice", tunnel.name().text());
        }
      }
    }
    var all = node.completedBy(host).withInterfaces(List.copyOf(tunnels.values()));
    var places = new Places.Collector();
    imported.places().forEach(places::put);
    beside.places().forEach((part, place) -> places.put(moved(part, node), place));
    var findings = both(both(notes.all(), imported.findings()), beside.findings());
    var commands = both(imported.commands(), beside.commands());
    var setbacks = both(imported.setbacks(), beside.setbacks());
    var doubts = new ArrayList<>(both(imported.doubts(), beside.doubts()));
    if (!node.firewall().equals(Firewall.OPEN)) {
      doubts.addAll(refusals(beside));
    }
    var policies = both(imported.policies(), beside.policies());
    return new Imported(
        all, places.in(imported.places().whole()), findings, commands, setbacks, doubts, policies);
  }

  /** What a filter refuses that stands beside another; each packet is asked by both. */
  private static List<Doubt> refusals(Imported beside) {
    var filter = beside.node().firewall();
    var doubts = new ArrayList<Doubt>();
    refusals(beside, Stage.INPUT, filter.input(), Listing.INPUT_RULES, doubts);
    refusals(beside, Stage.FORWARD, filter.forward(), Listing.FORWARD_RULES, doubts);
    refusals(beside, Stage.OUTPUT, filter.output(), Listing.OUTPUT_RULES, doubts);
    var all = List.of(new FilterRule(PacketMatch.ANY, filter.inputDefault(), ""));
    refusals(beside, Stage.INPUT, all, Listing.INPUT_DEFAULT, doubts);
    all = List.of(new FilterRule(PacketMatch.ANY, filter.forwardDefault(), ""));
    refusals(beside, Stage.FORWARD, all, Listing.FORWARD_DEFAULT, doubts);
    return doubts;
  }

  private static void refusals(
      Imported beside, Stage stage, List<FilterRule> rules, Listing listing, List<Doubt> doubts) {
    for (int i = 0; i < rules.size(); i++) {
      var rule = rules.get(i);
      if (rule.verdict() != Verdict.ACCEPT) {
        var place = beside.places().of(new Part.Entry(listing, i));
        var verdict = Optional.of(rule.verdict());
        var who = beside.node().name();
        doubts.add(new Doubt(who, stage, 0, rule.match(), verdict, false, place, place.file()));
      }
    }
  }

  private static <T> List<T> both(List<T> some, List<T> others) {
    var all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }

  /** A part of the host, where it is once the host's lists are added to those of the node. */
  private static Part moved(Part part, NodeConfig node) {
    return switch (part) {
      case Part.Entry(var listing, int index) ->
          switch (listing) {
            case ROUTES -> new Part.Entry(listing, index + node.routes().size());
            case NAT_RULES -> new Part.Entry(listing, index + node.nat().size());
            case HOOKS -> new Part.Entry(listing, index + node.hooks().size());
            default -> part;
          };
      default -> part;
    };
  }
}
