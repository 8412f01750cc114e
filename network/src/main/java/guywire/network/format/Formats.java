package guywire.network.format;

import guywire.network.config.Firewall;
import guywire.network.config.Forwarding;
import guywire.network.config.Name;
import guywire.network.config.NodeConfig;
import guywire.network.config.Places;
import guywire.network.config.Platform;
import guywire.network.text.Finding;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which renderer writes for a platform, and which importer reads a file. */
public final class Formats {

  private Formats() {}

  /** The renderer of a platform. */
  public static Renderer renderer(Platform platform) {
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
   *     of one that describes a whole network
   */
  public static List<Imported> read(Name node, List<SourceFile> files) {
    Map<Format, List<SourceFile>> byFormat = new EnumMap<>(Format.class);
    var notes = new Notes(node.text());
    for (var file : files) {
      var format = Format.detect(file);
      if (format.isEmpty()) {
        notes.error("F66", new Place(file.name(), 0, 0), "import.file", file.lastName());
      } else {
        byFormat.computeIfAbsent(format.get(), f -> new ArrayList<>()).add(file);
      }
    }
    var host = Optional.ofNullable(byFormat.remove(Format.HOST));
    var read = new ArrayList<Imported>();
    for (var entry : byFormat.entrySet()) {
      read.addAll(entry.getKey().importer().read(node, entry.getValue()));
    }
    if (host.isPresent() || read.isEmpty()) {
      var beside = Format.HOST.importer().read(node, host.orElse(List.of())).getFirst();
      read.replaceAll(imported -> together(imported, beside));
      if (read.isEmpty()) {
        read.add(beside);
      }
    }
    read.set(0, with(read.getFirst(), notes.all()));
    return read;
  }

  private static Imported with(Imported imported, List<Finding> more) {
    var findings = new ArrayList<>(more);
    findings.addAll(imported.findings());
    return new Imported(imported.node(), imported.places(), findings);
  }

  /** A node with the kernel settings, firewall and name server of the host it runs on. */
  private static Imported together(Imported imported, Imported host) {
    var node = imported.node();
    var beside = host.node();
    var places = new HashMap<>(host.places().known());
    places.putAll(imported.places().known());
    boolean ipv4 = node.forwardIpv4() == Forwarding.UNSTATED;
    boolean ipv6 = node.forwardIpv6() == Forwarding.UNSTATED;
    var nat = new ArrayList<>(beside.nat());
    nat.addAll(node.nat());
    var all =
        new NodeConfig(
            node.name(),
            node.platform(),
            node.interfaces(),
            node.routes(),
            ipv4 ? beside.forwardIpv4() : node.forwardIpv4(),
            ipv6 ? beside.forwardIpv6() : node.forwardIpv6(),
            node.firewall().equals(Firewall.OPEN) ? beside.firewall() : node.firewall(),
            nat,
            node.nameServer().or(beside::nameServer),
            node.hooks());
    var findings = new ArrayList<>(imported.findings());
    findings.addAll(host.findings());
    return new Imported(all, new Places(imported.places().whole(), places), findings);
  }
}
