package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node on a host whose resolver is the real systemd-resolved. */
class ResolvedTest {

  /** What systemd-resolved needs of a host, made in the machine's own /run and /etc. */
  private static final String HOST =
      """
      set -e
      mkdir -p /run/dbus /run/systemd/resolve
      grep -q ^systemd-resolve: /etc/passwd || echo systemd-resolve:x:64999:64999::/:/bin/false >>/etc/passwd
      grep -q ^systemd-resolve: /etc/group || echo systemd-resolve:x:64999: >>/etc/group
      chown systemd-resolve:systemd-resolve /run/systemd/resolve
      cat >/run/dbus.conf <<'CONF'
      <busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen>
      <policy context="default"><allow send_destination="*"/><allow own="*"/><allow eavesdrop="true"/><allow user="*"/></policy></busconfig>
      CONF
      umount /etc/resolv.conf
      ln -sf /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
      resolvconf=$(command -v resolvconf) && mount --bind /dev/null "$(readlink -f "$resolvconf")"
      dbus-daemon --config-file=/run/dbus.conf --nofork --nopidfile >/run/dbus.log 2>&1 &
      until [ -S /run/dbus/system_bus_socket ]; do sleep 0.05; done
      for program in "$1"/lib/systemd/systemd-resolved "$1"/usr/lib/systemd/systemd-resolved; do
        if [ -x "$program" ]; then "$program" >/run/resolved.log 2>&1 & fi
      done
      until [ -e /run/systemd/resolve/stub-resolv.conf ]; do sleep 0.05; done
      echo ready
      wait
      """;

  private final Path unpacked;
  private final List<String> environment;

  ResolvedTest() throws Exception {
    var script = Path.of("../scripts/systemd-resolved").toAbsolutePath().normalize();
    var process =
        new ProcessBuilder(script.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    unpacked =
        Path.of(
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
    assertThat(process.waitFor()).isZero();
    try (var libraries = Files.walk(unpacked)) {
      var shared =
          libraries
              .filter(file -> file.getFileName().toString().startsWith("libsystemd-shared-"))
              .filter(file -> file.toString().endsWith(".so"))
              .findFirst()
              .orElseThrow();
      environment =
          List.of(
              "env",
              "LD_LIBRARY_PATH=" + shared.getParent(),
              "PATH=" + unpacked.resolve("usr/bin") + ":" + System.getenv("PATH"));
    }
  }

  private String run(TestMachine machine, List<String> command) {
    var whole = new ArrayList<>(environment);
    whole.addAll(command);
    return machine.run(whole.toArray(String[]::new));
  }

  private String apply(TestMachine machine, String dns, String then) {
    return run(machine, LongProcess.java("64m", KilledTest.Local.class.getName(), dns, then));
  }

  /** With a resolvectl that sets name servers and fails when it shall set domains. */
  private String applyWithoutDomains(TestMachine machine, String dns) {
    machine.run(
        "sh",
        "-c",
        "mkdir -p /etc/half && printf '#!/bin/sh\\n[ \"$1\" = domain ] && [ $# -gt 2 ]"
            + " && { echo no such domain; exit 1; }\\nexec %s \"$@\"\\n' \"$1\" >/etc/half/resolvectl"
            + " && chmod +x /etc/half/resolvectl",
        "sh",
        unpacked.resolve("usr/bin/resolvectl").toString());
    var command = new ArrayList<>(environment);
    command.set(command.size() - 1, command.getLast().replaceFirst("^PATH=", "PATH=/etc/half:"));
    command.addAll(LongProcess.java("64m", KilledTest.Local.class.getName(), dns, "stay"));
    return machine.run(command.toArray(String[]::new));
  }

  private String set(TestMachine machine, String what) {
    return run(machine, List.of("resolvectl", what, "wg0"));
  }

  /** What it has of every link, and the file that names it. */
  private String all(TestMachine machine) {
    return run(machine, List.of("resolvectl", "dns"))
        + run(machine, List.of("resolvectl", "domain"))
        + machine.run("readlink", "/etc/resolv.conf");
  }

  @Test
  void it_is_given_the_settings_and_they_are_taken_from_it_again() throws Exception {
    try (var machine = new TestMachine()) {
      var command = new ArrayList<>(environment);
      command.addAll(List.of("sh", "-c", HOST, "sh", unpacked.toString()));
      var host = machine.start(command.toArray(String[]::new));
      assertThat(host.inputReader().readLine()).isEqualTo("ready");
      String before = all(machine);

      apply(machine, "10.9.0.53", "stay");
      assertThat(set(machine, "dns")).endsWith(": 10.9.0.53");
      assertThat(set(machine, "domain")).endsWith(": home.internal ~.");
      assertThat(apply(machine, "10.9.0.53", "stay")).endsWith("0");
      run(machine, List.of("resolvectl", "revert", "wg0"));
      assertThat(apply(machine, "10.9.0.53", "stay")).endsWith("1");
      assertThat(apply(machine, "10.9.0.54", "stay")).endsWith("1");
      assertThat(set(machine, "dns")).endsWith(": 10.9.0.54");
      assertThat(apply(machine, "", "stay")).endsWith("1");
      assertThat(set(machine, "dns")).endsWith("(wg0):");
      assertThat(set(machine, "domain")).endsWith("(wg0):");

      assertThatThrownBy(() -> applyWithoutDomains(machine, "10.9.0.53"))
          .hasMessageContaining("no such domain");
      assertThat(set(machine, "dns")).as("half of it is undone").endsWith("(wg0):");

      apply(machine, "10.9.0.53", "down");
      assertThat(all(machine)).isEqualTo(before);
      assertThat(machine.succeeds("ip", "link", "show", "wg0")).isFalse();
    }
  }
}
