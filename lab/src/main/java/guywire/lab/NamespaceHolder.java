package guywire.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The process that keeps a machine of the lab: the first one in network, mount, UTS and process
 * namespaces of its own. It does nothing but read its standard input, a pipe from this JVM.
 */
/*
 * Nothing of the lab has a name in the machine it runs on, so nothing can be left behind. However
 * this JVM ends, the kernel closes its end of the pipe; the holder reads the end and exits; as it is
 * process 1 of its process namespace, the kernel kills everything else in there; and with the last
 * process the namespaces go, and the interfaces in them.
 *
 * It sees this machine's files, but what it writes is its own: /run is new, /etc and /tmp lie over the
 * real ones, and all else can't be written, by whatever runs there, such as the hooks of imported files.
 */
final class NamespaceHolder implements AutoCloseable {

  /** A new machine is ready in some 20 ms. */
  private static final long READY_SECONDS = 20;

  private static final String ROOM =
      """
      set -e
      PATH=$PATH:/usr/sbin:/sbin
      echo "$1" >/proc/sys/kernel/hostname
      resolv=$(readlink -m /etc/resolv.conf)
      hosts=$(readlink -m /etc/hosts)
      mount -t tmpfs -o mode=755 guywire /run
      mkdir -p /run/wireguard /run/guywire /run/lock /run/etc/upper /run/etc/work
      if mount -t overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work guywire /etc \
          2>/dev/null; then
        rm -f /etc/resolv.conf /etc/hosts
        printf '%s' "$2" >/etc/resolv.conf
        printf '%s' "$3" >/etc/hosts
      else
        printf '%s' "$2" >/run/etc/resolv.conf
        printf '%s' "$3" >/run/etc/hosts
        case $resolv in /run/*) mkdir -p "${resolv%/*}"; : >"$resolv" ;; esac
        if [ -e "$resolv" ]; then mount --bind /run/etc/resolv.conf "$resolv"; fi
        if [ -e "$hosts" ]; then mount --bind /run/etc/hosts "$hosts"; fi
      fi
      own=" $resolv $hosts "
      if mountpoint -q /etc; then own="$own/etc "; fi
      mkdir /run/tmp /run/tmp/work
      mkdir -m 1777 /run/tmp/upper
      if mount -t overlay -o lowerdir=/tmp,upperdir=/run/tmp/upper,workdir=/run/tmp/work guywire /tmp 2>/dev/null
      then own="$own/tmp "; fi
      mount -t tmpfs -o mode=1777 guywire /dev/shm 2>/dev/null && own="$own/dev/shm "
      set -f
      for place in $(cut -d ' ' -f 5 /proc/self/mountinfo); do
        case $place in /proc | /proc/* | /sys | /sys/* | /run | /run/* | /dev/pts) continue ;; esac
        case $own in *" $place "*) continue ;; esac
        mount -o remount,bind,ro "$(printf '%b' "$place")" 2>/dev/null || [ "$place" != / ]
      done
      echo ready
      exec cat >/dev/null
      """;

  private final Process process;
  private final long pid;

  private NamespaceHolder(Process process, long pid) {
    this.process = process;
    this.pid = pid;
  }

  /**
   * Starts a machine.
   *
   * @param hostName what the machine calls itself
   * @param resolvConf what its /etc/resolv.conf says
   * @throws LabException if this machine can't make it
   */
  static NamespaceHolder start(String hostName, String resolvConf) {
    String hosts = "127.0.0.1 localhost\n::1 localhost\n127.0.1.1 " + hostName + "\n";
    try {
      Process process =
          new ProcessBuilder(
                  List.of(
                      "unshare",
                      "--net",
                      "--mount",
                      "--uts",
                      "--pid",
                      "--fork",
                      "--kill-child",
                      "--mount-proc",
                      "sh",
                      "-c",
                      ROOM,
                      "guywire-lab",
                      hostName,
                      resolvConf,
                      hosts))
              .start();
      try {
        return new NamespaceHolder(process, awaitReady(process));
      } catch (LabException | IOException e) {
        process.destroyForcibly();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("unshare does not start", e);
    }
  }

  private static long awaitReady(Process process) throws IOException {
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String line = out.readLine();
    if (!"ready".equals(line)) {
      String why = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      throw new LabException("a namespace could not be made: " + why.strip());
    }
    return child(process);
  }

  /** The process number of unshare's child, which is 1 where it lives. */
  private static long child(Process process) throws IOException {
    Path children = Path.of("/proc/%1$d/task/%1$d/children".formatted(process.pid()));
    if (Files.isReadable(children)) {
      String numbers = Files.readString(children).strip();
      if (!numbers.isEmpty()) {
        return Long.parseLong(numbers.split(" ")[0]);
      }
    }
    return process
        .toHandle()
        .children()
        .findFirst()
        .map(ProcessHandle::pid)
        .orElseThrow(() -> new LabException("a namespace ended as soon as it was made"));
  }

  /** The first process of the machine, numbered as this JVM sees it. */
  long pid() {
    return pid;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Ends it at once. */
  void kill() {
    process.destroyForcibly();
  }

  /** Ends the machine and everything that runs in it, and waits until it is gone. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // The holder is gone already.
    }
    try {
      if (!process.waitFor(READY_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
