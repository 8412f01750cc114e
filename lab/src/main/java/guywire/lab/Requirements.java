package guywire.lab;

import guywire.network.Network;
import guywire.network.text.Text;
import guywire.node.MissingRequirement;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a lab needs of the machine it runs on. */
final class Requirements {

  private record Program(String name, String debianPackage) {}

  private static final List<Program> PROGRAMS =
      List.of(
          new Program("unshare", "util-linux"),
          new Program("nsenter", "util-linux"),
          new Program("mount", "util-linux"),
          new Program("nft", "nftables"));

  private static final Program WIREGUARD_GO = new Program("wireguard-go", "wireguard-go");

  /** wg-quick, and what it calls; resolvconf for the DNS lines. */
  private static final List<Program> WG_QUICK =
      List.of(
          new Program("wg-quick", "wireguard-tools"),
          new Program("ip", "iproute2"),
          new Program("resolvconf", "openresolv"));

  /** Where gateways share an address. */
  private static final Program KEEPALIVED = new Program("keepalived", "keepalived");

  private Requirements() {}

  /**
   * Checks them all.
   *
   * @throws MissingRequirement for the first that is missing, with what brings it
   */
  static void check(LabOptions options, Network network) {
    if (!isRoot()) {
      throw new MissingRequirement(Text.of(Requirements.class, "missing.root"));
    }
    if (!Files.exists(Path.of("/dev/net/tun"))) {
      throw new MissingRequirement(Text.of(Requirements.class, "missing.tun"));
    }
    var programs = new ArrayList<>(PROGRAMS);
    if (options.tunnels() != TunnelPrograms.GUYWIRE) {
      programs.add(WIREGUARD_GO);
    }
    if (options.apply() == LabOptions.Apply.WG_QUICK || options.apply() == LabOptions.Apply.FILES) {
      programs.addAll(WG_QUICK);
    }
    if (network.nodes().stream().anyMatch(node -> node.virtualRouter().isPresent())) {
      programs.add(KEEPALIVED);
    }
    for (Program program : programs) {
      if (!isInstalled(program.name)) {
        throw new MissingRequirement(
            Text.of(Requirements.class, "missing.program", program.name, program.debianPackage));
      }
    }
  }

  private static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid
          && uid == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isInstalled(String program) {
    return !path(program).equals(program);
  }

  /** Where a program is: in PATH or where Debian puts those of the administrator. */
  static String path(String program) {
    String search = System.getenv("PATH");
    return Stream.concat(
            Stream.of((search == null ? "" : search).split(File.pathSeparator)),
            Stream.of("/usr/sbin", "/sbin", "/usr/bin", "/bin"))
        .map(directory -> Path.of(directory, program))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Path::toString)
        .orElse(program);
  }
}
