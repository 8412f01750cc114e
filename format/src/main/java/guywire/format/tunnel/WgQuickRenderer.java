package guywire.format.tunnel;

import guywire.format.output.RenderedFile;
import guywire.format.output.Renderer;
import guywire.format.output.Rendering;
import guywire.format.syntax.Notes;
import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.network.Route;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Writes for a Linux host with wireguard-tools: a wg-quick file for each tunnel, and beside it what
 * the host needs (kernel settings, firewall, name server), which no hook of the files touches.
 */
public final class WgQuickRenderer implements Renderer {

  private static final String DIRECTORY = "etc/wireguard/";

  /** What Linux calls a machine's only interface, where nothing else is known of it. */
  private static final InterfaceName USUAL_PORT = new InterfaceName("eth0");

  @Override
  public Rendering render(NodeConfig node, Locale locale) {
    var notes = new Notes(node.name().text());
    var limits = new PlatformLimits(node, notes, "wg-quick");
    var files = new ArrayList<RenderedFile>();
    var readme = new Readme(locale, node.name().text(), "wg-quick");
    var install = new ArrayList<String>();
    var start = new ArrayList<String>();
    for (var tunnel : node.interfaces()) {
      var first = node.interfaces().getFirst().name();
      var hooks =
          new ArrayList<>(
              node.hooks().stream()
                  .filter(hook -> hook.tunnel().orElse(first).equals(tunnel.name()))
                  .toList());
      if (tunnel.name().equals(first)) {
        node.routes().forEach(route -> hooks.addAll(commands(route)));
      }
      limits.searchDomains(tunnel);
      if (tunnel.privateKey().isEmpty()) {
        notes.warning("F66", Place.PLANNED, "wg.no-key", tunnel.name().text());
      }
      String path = DIRECTORY + tunnel.name() + ".conf";
      files.add(RenderedFile.secret(path, WgQuickText.of(tunnel, hooks)));
      install.add(
          tunnel.privateKey().isPresent()
              ? InstallSteps.copy("-D -m 600", path)
              : InstallSteps.keepingKey("privatekey", "Interface", path));
      start.add("systemctl enable wg-quick@" + tunnel.name());
      start.add("systemctl restart wg-quick@" + tunnel.name());
    }
    readme.step("wg.readme.install", install.toArray(String[]::new));
    new LinuxHost(node, notes).addTo(files, readme);
    readme.step("wg.readme.start", start.toArray(String[]::new));
    if (node.virtualRouter().isPresent()) {
      files.add(RenderedFile.open(Keepalived.PATH, Keepalived.of(node, USUAL_PORT)));
      readme.step(
          "wg.readme.shared",
          InstallSteps.copy("-D -m 644", Keepalived.PATH),
          "systemctl enable keepalived",
          "systemctl restart keepalived");
    }
    readme.paragraph("wg.readme.later");
    files.add(readme.limits(notes.all()).file());
    return new Rendering(files, notes.all());
  }

  /** wg-quick knows no routes but those to allowed IPs; every part of the command has a type. */
  private static List<Hook> commands(Route route) {
    String text = RouteText.of(route);
    return List.of(
        new Hook(Hook.When.POST_UP, "ip route replace " + text),
        new Hook(Hook.When.PRE_DOWN, "ip route del " + text));
  }
}
