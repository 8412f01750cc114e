package guywire.format.tunnel;

import guywire.format.Program;
import java.nio.file.Path;

/** The systemd-networkd of this machine, in a namespace of its own and without a bus. */
final class Networkd {

  private Networkd() {}

  /** What it says of the files of a directory. */
  static Program reading(Path files) throws Exception {
    return Program.run("unshare", "-n", "-m", "sh", "-c", with(files) + "timeout 3 $networkd");
  }

  /** A script that gives it the files of a directory; then {@code $networkd} runs it. */
  static String with(Path files) {
    return """
    mount -t tmpfs none /run && mount -t sysfs -o ro none /sys &&
    mkdir -p /run/systemd/network /run/systemd/netif/links /run/systemd/netif/leases \
      /run/systemd/netif/lldp &&
    cp %s/* /run/systemd/network/ && chown root:systemd-network /run/systemd/network/* &&
    chown -R systemd-network:systemd-network /run/systemd/netif && chmod 644 /run/systemd/network/* &&
    for secret in /run/systemd/network/*.netdev; do
      [ ! -e $secret ] || chmod 640 $secret
    done
    export SYSTEMD_LOG_LEVEL=debug SYSTEMD_LOG_TARGET=console
    networkd=/lib/systemd/systemd-networkd
    """
        .formatted(files);
  }
}
