package guywire.node;

import guywire.network.DnsClient;
import guywire.network.InterfaceName;
import guywire.network.text.Text;
import guywire.node.Recorded.Resolver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The resolver settings that a tunnel brings: through resolvconf or systemd-resolved on a host that
 * has one, as wg-quick does, otherwise written into {@code /etc/resolv.conf} and restored.
 */
record ResolverSetup(Work work, InterfaceName name) {

  private static final String RESOLVCONF = "resolvconf";
  private static final String RESOLVED = "resolved";
  private static final String FILE = "file";

  private static final Path HOST_FILE = Path.of("/etc/resolv.conf");

  /** Sets what is wanted, or restores what was before if nothing is. */
  Optional<Resolver> ensure(DnsClient wanted, Optional<Resolver> before) {
    // Search domains without a server are passed over, as wg-quick does.
    if (wanted.servers().isEmpty()) {
      before.ifPresent(old ->
          work.change(
              Text.of(ResolverSetup.class, "step.no-resolver"),
              () -> restore(old),
              () -> set(old)));
      return Optional.empty();
    }
    String content = content(wanted);
    if (before.filter(old -> old.content().equals(content) && isInForce(old)).isPresent()) {
      return before;
    }
    before.ifPresent(this::restore);
    var resolver = intended(wanted).orElseThrow();
    String servers = String.join(", ", wanted.servers().stream().map(Object::toString).toList());
    work.change(
        Text.of(ResolverSetup.class, "step.resolver", servers),
        () -> set(resolver),
        () -> {
          restore(resolver);
          before.ifPresent(this::set);
        });
    return Optional.of(resolver);
  }

  /** The settings that would be made now, if any. */
  Optional<Resolver> intended(DnsClient wanted) {
    return wanted.servers().isEmpty()
        ? Optional.empty()
        : Optional.of(new Resolver(way(), content(wanted), read()));
  }

  /** Restores what was before, unless somebody changed it meanwhile. */
  void restore(Resolver resolver) {
    switch (resolver.way()) {
      case RESOLVCONF -> run("", List.of(RESOLVCONF, "-d", name.text(), "-f"));
      // systemd-resolved forgets the settings of a link with the link.
      case RESOLVED -> {}
      default -> {
        if (read().equals(resolver.content())) {
          write(resolver.before());
        }
      }
    }
  }

  private void set(Resolver resolver) {
    switch (resolver.way()) {
      case RESOLVCONF ->
          run(resolver.content(), List.of(RESOLVCONF, "-a", name.text(), "-m", "0", "-x"));
      case RESOLVED -> {
        run("", resolvectl("dns", resolver.content(), "nameserver "));
        var domains = resolvectl("domain", resolver.content(), "search ");
        domains.add("~.");
        run("", domains);
      }
      default -> write(resolver.content());
    }
  }

  private List<String> resolvectl(String verb, String content, String key) {
    var command = new ArrayList<>(List.of("resolvectl", verb, name.text()));
    content
        .lines()
        .filter(line -> line.startsWith(key))
        .forEach(line -> command.addAll(List.of(line.substring(key.length()).split(" "))));
    return command;
  }

  private boolean isInForce(Resolver resolver) {
    return !resolver.way().equals(FILE) || read().equals(resolver.content());
  }

  private String way() {
    if (work.machine().pid().isPresent()) {
      // A machine in namespaces shares its programs with this host, but not what they keep.
      requireOwnFile();
      return FILE;
    }
    if (work.commands().find(RESOLVCONF).isPresent()) {
      return RESOLVCONF;
    }
    boolean resolved = false;
    try {
      resolved = file().toRealPath().startsWith("/run/systemd/resolve");
    } catch (IOException e) {
      // There is no file: one is written.
    }
    return resolved && work.commands().find("resolvectl").isPresent() ? RESOLVED : FILE;
  }

  /** Refuses where the machine's file is the host's own, by whatever way. */
  private void requireOwnFile() {
    try {
      boolean shared =
          Files.isSymbolicLink(file())
              || !Files.exists(file())
              || (Files.exists(HOST_FILE) && Files.isSameFile(file(), HOST_FILE));
      if (shared) {
        throw new SetupFailure(Text.of(ResolverSetup.class, "resolver.shared"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String content(DnsClient wanted) {
    var text = new StringBuilder();
    wanted.servers().forEach(server -> text.append("nameserver ").append(server).append('\n'));
    if (!wanted.searchDomains().isEmpty()) {
      text.append("search ").append(String.join(" ", wanted.searchDomains())).append('\n');
    }
    return text.toString();
  }

  private Path file() {
    return work.machine().root().resolve("etc/resolv.conf");
  }

  private String read() {
    try {
      return Files.exists(file()) ? Files.readString(file()) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(String content) {
    try {
      Path file = file();
      if (work.machine().pid().isPresent()) {
        // In another mount namespace the file may be mounted over the host's own. A rename from
        // here would undo that mount and hit the host's file: so it is only ever written into.
        requireOwnFile();
        Files.writeString(file, content);
        return;
      }
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        Files.writeString(file, content);
        return;
      }
      Path aside = file.resolveSibling("resolv.conf.guywire");
      try {
        Files.writeString(aside, content);
        Files.setPosixFilePermissions(aside, Files.getPosixFilePermissions(file));
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (FileSystemException e) {
        // A file that is mounted in its place can't be replaced, only rewritten.
        Files.deleteIfExists(aside);
        Files.writeString(file, content);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void run(String input, List<String> command) {
    var ended = work.commands().run(input, command);
    if (!ended.succeeded()) {
      throw new SetupFailure(
          Text.of(ResolverSetup.class, "resolver.refused", command.getFirst(), ended.output()));
    }
  }
}
