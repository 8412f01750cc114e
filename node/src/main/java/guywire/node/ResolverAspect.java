package guywire.node;

import guywire.address.IpAddress;
import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.network.text.Text;
import guywire.node.Thing.Resolver.ResolverKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The resolver settings that a tunnel brings: through resolvconf or systemd-resolved on a host that
 * has one, as wg-quick does, otherwise written into {@code /etc/resolv.conf}.
 */
final class ResolverAspect implements Aspect {

  private static final Path HOST_FILE = Path.of("/etc/resolv.conf");
  private static final String SERVER = "nameserver ";
  private static final String SEARCH = "search ";

  /** Routes every name that no other link has to this link's servers. */
  private static final String ALL_NAMES = "~.";

  /** Where the two programs of the name resolvconf keep what they were given for an interface. */
  private static final List<String> RESOLVCONFS =
      List.of("run/resolvconf/interfaces", "run/resolvconf/interface");

  @Override
  public boolean has(Thing thing) {
    return thing instanceof Thing.Resolver;
  }

  @Override
  public void see(Tools tools, HostScope scope, Observed.Picture picture) {
    var known = scope.claimed(Thing.Resolver.class);
    boolean wanted = scope.config().filter(config -> !content(config).isEmpty()).isPresent();
    if (known.isEmpty() && !wanted) {
      return;
    }
    picture.resolverWay = known.stream().map(Thing.Resolver::way).findFirst().orElse(way(tools));
    var things = new LinkedHashSet<>(known);
    scope
        .config()
        .filter(_ -> wanted)
        .ifPresent(config -> things.add(thing(config, picture.resolverWay)));
    for (var thing : things) {
      read(tools, thing)
          .ifPresent(text -> picture.things.put(thing, scope.inOwnWords(thing, text)));
    }
  }

  private static Thing.Resolver thing(NodeConfig config, ResolverKind way) {
    return new Thing.Resolver(
        way,
        way == ResolverKind.FILE
            ? Optional.empty()
            : Optional.of(config.interfaces().getFirst().name()));
  }

  @Override
  public void want(Demand demand, Wanted wanted) {
    String content = content(demand.config());
    if (!content.isEmpty()) {
      wanted.put(thing(demand.config(), demand.observed().resolverWay()), content);
    }
  }

  /**
   * The lines; none if there is no server: search domains alone are passed over, as by wg-quick.
   */
  private static String content(NodeConfig config) {
    var servers = new LinkedHashSet<IpAddress>();
    var domains = new LinkedHashSet<String>();
    for (var tunnel : config.interfaces()) {
      servers.addAll(tunnel.dns().servers());
      domains.addAll(tunnel.dns().searchDomains());
    }
    if (servers.isEmpty()) {
      return "";
    }
    return servers.stream().map(server -> SERVER + server + "\n").collect(Collectors.joining())
        + (domains.isEmpty() ? "" : SEARCH + String.join(" ", domains) + "\n");
  }

  private static ResolverKind way(Tools tools) {
    Path file = file(tools);
    if (tools.machine().sharesPrograms()) {
      // A machine in namespaces shares its programs with this host, but not what they keep.
      requireOwnFile(file);
      return ResolverKind.FILE;
    }
    if (tools.commands().find("resolvconf").isPresent() && !isResolvedsOwn(tools)) {
      return ResolverKind.RESOLVCONF;
    }
    boolean resolved = false;
    try {
      resolved = file.toRealPath().startsWith("/run/systemd/resolve");
    } catch (IOException e) {
      // There is no file: one is written.
    }
    return resolved && tools.commands().find("resolvectl").isPresent()
        ? ResolverKind.RESOLVED
        : ResolverKind.FILE;
  }

  /** Whether resolvconf is but another name of resolvectl, which reads links by their index. */
  private static boolean isResolvedsOwn(Tools tools) {
    return tools
        .commands()
        .find("resolvconf")
        .filter(path -> {
          try {
            return Path.of(path).toRealPath().endsWith("resolvectl");
          } catch (IOException e) {
            return false;
          }
        })
        .isPresent();
  }

  /** Refuses where the machine's file is the host's own, by whatever way. */
  private static void requireOwnFile(Path file) {
    try {
      boolean shared =
          Files.isSymbolicLink(file)
              || !Files.exists(file)
              || (Files.exists(HOST_FILE) && Files.isSameFile(file, HOST_FILE));
      if (shared) {
        throw new SetupFailure(Text.of(ResolverAspect.class, "resolver.shared"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path file(Tools tools) {
    return tools.machine().root().resolve("etc/resolv.conf");
  }

  /** What is set there now; empty if nothing is. */
  private static Optional<String> read(Tools tools, Thing.Resolver thing) {
    return switch (thing.way()) {
      case FILE -> text(file(tools));
      case RESOLVCONF ->
          RESOLVCONFS.stream()
              .map(directory ->
                  tools.machine().root().resolve(directory).resolve(thing.link().get().text()))
              .flatMap(file -> text(file).stream())
              .findFirst();
      case RESOLVED -> {
        String link = thing.link().get().text();
        // Both answer "Link 5 (wg0): ..." with nothing behind it if nothing is set.
        String set =
            Stream.of("dns", "domain")
                .map(what -> tools.commands().run("", "resolvectl", what, link))
                .filter(Commands.Ended::succeeded)
                .map(ended -> ended.output().replaceFirst("^Link .*?\\):", "").strip())
                .collect(Collectors.joining(" / "));
        yield Optional.of(set).filter(text -> !text.replace("/", "").isBlank());
      }
    };
  }

  private static Optional<String> text(Path file) {
    try {
      return Optional.of(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Optional<String> bring(Tools tools, Thing thing, Optional<String> to) {
    var resolver = (Thing.Resolver) thing;
    switch (resolver.way()) {
      case FILE -> write(tools, to);
      case RESOLVCONF -> resolvconf(tools, resolver.link().orElseThrow(), to);
      case RESOLVED -> resolved(tools, resolver.link().orElseThrow(), to);
    }
    return to.isEmpty() || resolver.way() == ResolverKind.FILE
        ? Optional.empty()
        : read(tools, resolver);
  }

  private static void resolvconf(Tools tools, InterfaceName link, Optional<String> to) {
    if (to.isPresent()) {
      run(tools, to.get(), List.of("resolvconf", "-a", link.text(), "-m", "0", "-x"));
    } else {
      run(tools, "", List.of("resolvconf", "-d", link.text(), "-f"));
    }
  }

  private static void resolved(Tools tools, InterfaceName link, Optional<String> to) {
    if (to.isEmpty()) {
      // systemd-resolved forgets the settings of a link with the link.
      if (tools.netlink().link(link.text()).isPresent()) {
        run(tools, "", List.of("resolvectl", "revert", link.text()));
      }
      return;
    }
    var servers = new ArrayList<>(List.of("resolvectl", "dns", link.text()));
    servers.addAll(words(to.get(), SERVER));
    run(tools, "", servers);
    var domains = new ArrayList<>(List.of("resolvectl", "domain", link.text()));
    domains.addAll(words(to.get(), SEARCH));
    domains.add(ALL_NAMES);
    run(tools, "", domains);
  }

  private static List<String> words(String content, String key) {
    return content
        .lines()
        .filter(line -> line.startsWith(key))
        .flatMap(line -> Stream.of(line.substring(key.length()).split(" ")))
        .toList();
  }

  private static void write(Tools tools, Optional<String> content) {
    Path file = file(tools);
    try {
      if (tools.machine().sharesPrograms()) {
        // In another mount namespace the file may be mounted over the host's own. A rename from
        // here would undo that mount and hit the host's file: so it is only ever written into.
        requireOwnFile(file);
        Files.writeString(file, content.orElse(""));
      } else if (content.isEmpty()) {
        Files.deleteIfExists(file);
      } else if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        replace(file, content.get());
      } else {
        Files.writeString(file, content.get());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void replace(Path file, String content) throws IOException {
    Path aside = file.resolveSibling("resolv.conf.guywire");
    try {
      Files.writeString(aside, content);
      Files.setPosixFilePermissions(aside, Files.getPosixFilePermissions(file));
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      Files.deleteIfExists(aside);
      if (Files.getFileStore(file).getUsableSpace() < content.length()) {
        // To write over the file now would leave it empty.
        throw e;
      }
      // A file that is mounted in its place can't be replaced, only rewritten.
      Files.writeString(file, content);
    }
  }

  private static void run(Tools tools, String input, List<String> command) {
    var ended = tools.commands().run(input, command);
    if (!ended.succeeded()) {
      throw new SetupFailure(
          Text.of(ResolverAspect.class, "resolver.refused", command.getFirst(), ended.output()));
    }
  }

  @Override
  public Text says(Thing thing, Optional<String> from, Optional<String> to) {
    return to.isPresent() && !words(to.get(), SERVER).isEmpty() && to.get().startsWith(SERVER)
        ? Text.of(ResolverAspect.class, "step.resolver", String.join(", ", words(to.get(), SERVER)))
        : Text.of(ResolverAspect.class, "step.no-resolver");
  }
}
