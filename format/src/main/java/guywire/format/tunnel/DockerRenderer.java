package guywire.format.tunnel;

import guywire.format.output.RenderedFile;
import guywire.format.output.Renderer;
import guywire.format.output.Rendering;
import guywire.format.syntax.Lines;
import guywire.format.syntax.Notes;
import guywire.network.Forwarding;
import guywire.network.Hook;
import guywire.network.Nftables;
import guywire.network.NodeConfig;
import guywire.network.Routes;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.Locale;

/**
 * Writes a compose file for the image linuxserver/wireguard in its client mode, in which it brings
 * up the wg-quick files of its configuration directory.
 *
 * <p>A node that forwards or filters shares the host's network, so that the host's kernel settings
 * and rules are those of the tunnel; any other has a network of its own.
 */
public final class DockerRenderer implements Renderer {

  /**
   * One build, whose name its makers give to no other, so that nobody gets another program by
   * starting again. A digest would bind it more firmly, and can't be looked at without the
   * registry.
   */
  private static final String IMAGE = "lscr.io/linuxserver/wireguard:1.0.20250521-r1-ls110";

  @Override
  public Rendering render(NodeConfig node, Locale locale) {
    var notes = new Notes(node.name().text());
    var limits = new PlatformLimits(node, notes, "Docker").hooks();
    boolean shares =
        node.forwardIpv4() == Forwarding.ON
            || node.forwardIpv6() == Forwarding.ON
            || Nftables.isNeeded(node)
            || node.nameServer().isPresent();
    var files = new ArrayList<RenderedFile>();
    for (var tunnel : node.interfaces()) {
      if (tunnel.privateKey().isEmpty()) {
        notes.error("F66", Place.PLANNED, "docker.no-key", tunnel.name().text());
      }
      limits.searchDomains(tunnel);
      var hooks = new ArrayList<Hook>();
      if (tunnel.equals(node.interfaces().getFirst())) {
        for (var route : node.routes()) {
          String text = RouteText.of(route);
          hooks.add(new Hook(Hook.When.POST_UP, "ip route replace " + text));
          hooks.add(new Hook(Hook.When.PRE_DOWN, "ip route del " + text));
        }
      }
      files.add(
          RenderedFile.secret(
              "config/wg_confs/" + tunnel.name() + ".conf", WgQuickText.of(tunnel, hooks)));
    }
    files.add(RenderedFile.open("compose.yaml", compose(node, shares)));
    var readme = new Readme(locale, node.name().text(), "Docker");
    if (shares) {
      readme.paragraph("docker.readme.host");
      new LinuxHost(node, notes).addTo(files, readme);
    }
    readme.step("docker.readme.start", "chmod 700 config", "docker compose up -d");
    readme.step(
        "docker.readme.later", "docker compose restart", "docker compose exec wireguard wg show");
    files.add(readme.limits(notes.all()).file());
    return new Rendering(files, notes.all());
  }

  private static String compose(NodeConfig node, boolean shares) {
    var lines = new Lines().add("services:").add("  wireguard:");
    lines.add("    image: " + IMAGE);
    lines.add("    container_name: guywire-" + node.name().label());
    lines.add("    cap_add:").add("      - NET_ADMIN");
    lines.add("    environment:").add("      TZ: Etc/UTC").add("      USE_COREDNS: \"false\"");
    lines.add("    volumes:").add("      - ./config:/config");
    if (shares) {
      lines.add("    network_mode: host");
    } else {
      // The container's /proc/sys is read-only, so wg-quick can't set this by itself.
      boolean marked =
          node.interfaces().stream().anyMatch(tunnel -> !Routes.of(tunnel).marked().isEmpty());
      if (marked) {
        lines.add("    sysctls:").add("      net.ipv4.conf.all.src_valid_mark: \"1\"");
      }
      var ports =
          node.interfaces().stream().flatMapToInt(tunnel -> tunnel.listenPort().stream()).toArray();
      if (ports.length > 0) {
        lines.add("    ports:");
      }
      for (int port : ports) {
        lines.add("      - \"%d:%d/udp\"".formatted(port, port));
      }
    }
    return lines.add("    restart: unless-stopped").toString();
  }
}
