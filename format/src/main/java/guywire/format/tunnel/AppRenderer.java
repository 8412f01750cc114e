package guywire.format.tunnel;

import guywire.address.Prefix;
import guywire.format.output.QrCode;
import guywire.format.output.RenderedFile;
import guywire.format.output.Renderer;
import guywire.format.output.Rendering;
import guywire.format.syntax.DomainName;
import guywire.format.syntax.Lines;
import guywire.format.syntax.Notes;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import guywire.network.TunnelInterface;
import guywire.network.text.Place;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Writes for the official WireGuard apps: a text of only those keys that all of them accept, each
 * once, and for phones the QR code of exactly that text.
 */
public final class AppRenderer implements Renderer {

  /** Names that Windows keeps for devices, with or without an extension. */
  private static final Set<String> DEVICES =
      Set.of(
          "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7",
          "COM8", "COM9", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9");

  private static final int PIXELS_PER_MODULE = 6;

  @Override
  public Rendering render(NodeConfig node, Locale locale) {
    var platform = node.platform();
    var notes = new Notes(node.name().text());
    String shown = shown(platform);
    var limits = new PlatformLimits(node, notes, shown);
    limits.hooks().endDevice().tables().marks().uniquePeers();
    if (node.interfaces().size() > 1) {
      notes.warning("F66", Place.PLANNED, "app.several", shown);
    }
    var files = new ArrayList<RenderedFile>();
    boolean phone = platform == Platform.IOS || platform == Platform.ANDROID;
    for (var tunnel : node.interfaces()) {
      if (tunnel.privateKey().isEmpty()) {
        notes.error("F66", Place.PLANNED, "app.no-key", tunnel.name().text());
        continue;
      }
      check(tunnel, platform, notes);
      String text = text(tunnel, limits.searchDomains(tunnel));
      files.add(RenderedFile.secret(tunnel.name() + ".conf", text));
      if (phone) {
        codes(tunnel, text, files, notes);
      }
    }
    var readme = new Readme(locale, node.name().text(), shown);
    switch (platform) {
      case IOS, ANDROID -> readme.step("app.readme.scan").step("app.readme.destroy");
      case MACOS -> readme.step("app.readme.macos").step("app.readme.destroy");
      default -> readme.step("app.readme.windows").step("app.readme.destroy");
    }
    files.add(readme.limits(notes.all()).file());
    return new Rendering(files, notes.all());
  }

  private static String shown(Platform platform) {
    return switch (platform) {
      case IOS -> "iOS";
      case MACOS -> "macOS";
      case ANDROID -> "Android";
      default -> "Windows";
    };
  }

  private static void check(TunnelInterface tunnel, Platform platform, Notes notes) {
    String name = tunnel.name().text();
    int dot = name.indexOf('.');
    String stem = (dot < 0 ? name : name.substring(0, dot)).toUpperCase(Locale.ROOT);
    if (platform == Platform.WINDOWS && DEVICES.contains(stem)) {
      notes.error("F67", Place.PLANNED, "app.windows-name", name);
    }
    if (tunnel.addresses().isEmpty()) {
      notes.warning("F19", Place.PLANNED, "app.no-address", name);
    }
    if (tunnel.dns().servers().isEmpty() && !tunnel.dns().searchDomains().isEmpty()) {
      notes.warning("F58", Place.PLANNED, "app.search-only", name);
    }
    long full =
        tunnel.peers().stream()
            .filter(peer -> peer.allowedIps().stream().anyMatch(Prefix::isDefault))
            .count();
    if (platform == Platform.WINDOWS && full == 1) {
      notes.info("F23", Place.PLANNED, "app.kill-switch", name);
    }
  }

  private static void codes(
      TunnelInterface tunnel, String text, List<RenderedFile> files, Notes notes) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    var code = QrCode.of(text);
    if (code.isEmpty()) {
      notes.error(
          "F66",
          Place.PLANNED,
          "app.qr-too-long",
          tunnel.name().text(),
          String.valueOf(bytes),
          String.valueOf(QrCode.MOST_BYTES));
      return;
    }
    if (bytes > QrCode.EASY_BYTES) {
      notes.warning(
          "F66", Place.PLANNED, "app.qr-long", tunnel.name().text(), String.valueOf(bytes));
    }
    files.add(RenderedFile.secret(tunnel.name() + ".png", code.get().png(PIXELS_PER_MODULE)));
    files.add(RenderedFile.secret(tunnel.name() + ".qr.txt", code.get().terminal(false)));
  }

  /** The text of a tunnel in the keys that every app takes, without comments. */
  public static String text(TunnelInterface tunnel) {
    return text(tunnel, tunnel.dns().searchDomains().stream().filter(DomainName::is).toList());
  }

  private static String text(TunnelInterface tunnel, List<String> searchDomains) {
    var lines = new Lines();
    lines.add("[Interface]");
    tunnel.privateKey().ifPresent(key -> set(lines, "PrivateKey", key.base64()));
    if (!tunnel.addresses().isEmpty()) {
      set(lines, "Address", joined(tunnel.addresses()));
    }
    tunnel.listenPort().ifPresent(port -> set(lines, "ListenPort", port));
    var dns = new ArrayList<Object>(tunnel.dns().servers());
    if (!dns.isEmpty()) {
      dns.addAll(searchDomains);
      set(lines, "DNS", joined(dns));
    }
    tunnel.mtu().ifPresent(mtu -> set(lines, "MTU", mtu));
    for (var peer : tunnel.peers()) {
      lines.add("[Peer]");
      set(lines, "PublicKey", peer.publicKey());
      peer.presharedKey().ifPresent(key -> set(lines, "PresharedKey", key.base64()));
      if (!peer.allowedIps().isEmpty()) {
        set(lines, "AllowedIPs", joined(peer.allowedIps()));
      }
      peer.endpoint().ifPresent(endpoint -> set(lines, "Endpoint", endpoint));
      if (peer.keepaliveSeconds() > 0) {
        set(lines, "PersistentKeepalive", peer.keepaliveSeconds());
      }
    }
    return lines.toString();
  }

  private static void set(Lines lines, String key, Object value) {
    lines.add(key + " = " + value);
  }

  private static String joined(List<?> values) {
    return String.join(", ", values.stream().map(Object::toString).toList());
  }
}
