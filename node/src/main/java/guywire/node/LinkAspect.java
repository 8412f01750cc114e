package guywire.node;

import guywire.linux.Errno;
import guywire.linux.Link;
import guywire.linux.LinuxException;
import guywire.network.InterfaceName;
import guywire.network.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The interfaces of the tunnels. A place holds the word of what made the interface; what reads back
 * is the interface's number, so that another of the same name is not taken for ours.
 */
final class LinkAspect implements Aspect {

  static final String KERNEL = "kernel";
  static final String GUYWIRE = "guywire-tunnel";

  /** What an interface holds that Guywire did not make. */
  static final String FOREIGN = "?";

  /**
   * An interface that is made right now, or whose program is about to end, settles in this time.
   */
  private static final long SETTLING_SECONDS = 3;

  @Override
  public boolean has(Thing thing) {
    return thing instanceof Thing.Link;
  }

  @Override
  public void see(Tools tools, HostScope scope, Observed.Picture picture) {
    for (var name : scope.interfaces()) {
      picture
          .link(name)
          .flatMap(link -> maker(tools, scope, link, name))
          .ifPresent(maker -> picture.things.put(new Thing.Link(name), maker));
    }
  }

  /** What made an interface; empty if its program is gone, so that it is as good as not there. */
  private static Optional<String> maker(
      Tools tools, HostScope scope, Link link, InterfaceName name) {
    var claim = scope.ledger().claim(scope.node(), new Thing.Link(name));
    boolean another =
        claim.isEmpty()
            || !(link.kind().equals("tun") || link.kind().equals("wireguard"))
            || claim.get().readBack().filter(number -> !number.equals(number(link))).isPresent();
    if (another) {
      return Optional.of(FOREIGN);
    }
    String maker =
        claim.get().ours().size() == 1
            ? claim.get().content()
            : link.kind().equals("wireguard") ? KERNEL : program(claim.get());
    boolean alive =
        link.kind().equals("wireguard")
            || new UapiSocket(tools.machine().controlSocket(name.text())).answers();
    return alive ? Optional.of(maker) : Optional.empty();
  }

  /** Of several programs that may have made it, it is not known which: none of them is wanted. */
  private static String program(Claim claim) {
    return claim.ours().stream().filter(word -> !word.equals(KERNEL)).count() == 1
        ? claim.ours().stream().filter(word -> !word.equals(KERNEL)).findFirst().orElseThrow()
        : "";
  }

  @Override
  public void want(Demand demand, Wanted wanted) {
    for (var tunnel : demand.config().interfaces()) {
      var thing = new Thing.Link(tunnel.name());
      var now = demand.observed().holds(thing);
      if (now.equals(Optional.of(FOREIGN))) {
        throw new SetupFailure(Text.of(LinkAspect.class, "link.foreign", tunnel.name().text()));
      }
      wanted.put(thing, word(demand, thing, now));
    }
  }

  private static String word(Demand demand, Thing.Link thing, Optional<String> now) {
    // Not by a switch over patterns: the JVM makes a class for each of them at every start.
    var program = demand.program();
    if (program instanceof TunnelProgram.Kernel) {
      return KERNEL;
    }
    if (program instanceof TunnelProgram.Guywire) {
      return GUYWIRE;
    }
    if (program instanceof TunnelProgram.Command(String command)) {
      return command;
    }
    // Whatever carries it goes on; what died is made again as it was.
    return now.or(() -> demand.claim(thing).map(Claim::content)).orElse("");
  }

  @Override
  public Optional<String> bring(Tools tools, Thing thing, Optional<String> to) {
    InterfaceName name = ((Thing.Link) thing).name();
    // One of this name can only be ours: foreign ones were refused.
    remove(tools, name);
    if (to.isEmpty()) {
      return Optional.empty();
    }
    String word = to.get();
    boolean mayUseKernel = word.isEmpty() || word.equals(KERNEL);
    if (!mayUseKernel || !createInKernel(tools, name, word.equals(KERNEL))) {
      start(tools, name, word.isEmpty() ? GUYWIRE : word);
    }
    return tools.netlink().link(name.text()).map(LinkAspect::number);
  }

  private static String number(Link link) {
    return String.valueOf(link.index());
  }

  private static boolean createInKernel(Tools tools, InterfaceName name, boolean required) {
    try {
      tools.netlink().createWireGuard(name.text());
      return true;
    } catch (LinuxException e) {
      if (e.errno() != Errno.EOPNOTSUPP) {
        throw e;
      }
      if (required) {
        throw new MissingRequirement(Text.of(LinkAspect.class, "missing.kernel"));
      }
      return false;
    }
  }

  private static void start(Tools tools, InterfaceName name, String program) {
    if (!Files.exists(tools.machine().root().resolve("dev/net/tun"))) {
      throw new MissingRequirement(Text.of(LinkAspect.class, "missing.tun"));
    }
    var shared = tools.machine().tunnels();
    if (program.equals(GUYWIRE) && shared.isPresent()) {
      shared.get().serve(tools.machine().pid().orElseThrow(), name);
      return;
    }
    var process = new LongProcess(tools.commands());
    List<String> command =
        program.equals(GUYWIRE)
            ? LongProcess.tunnel("-f", name.text())
            : process.command(new TunnelProgram.Command(program), name);
    var socket = new UapiSocket(tools.machine().controlSocket(name.text()));
    process.start(
        command,
        () -> socket.answers() && tools.netlink().link(name.text()).isPresent(),
        tools.machine().state(),
        name.text() + ".log");
  }

  /** Deletes the interface; a userspace program ends with it and removes its socket. */
  private static void remove(Tools tools, InterfaceName name) {
    Tools.unlessGone(() ->
        tools.netlink().link(name.text()).ifPresent(link -> tools.netlink().delete(link.index())));
    Path socket = tools.machine().controlSocket(name.text());
    var control = new UapiSocket(socket);
    // A program that a killed command started may be only about to make its interface.
    if (!LongProcess.await(
        () -> !control.answers() && TunnelProcess.of(tools, name).isEmpty(), SETTLING_SECONDS)) {
      TunnelProcess.of(tools, name).forEach(process -> process.end(tools));
      Tools.unlessGone(() ->
          tools
              .netlink()
              .link(name.text())
              .ifPresent(link -> tools.netlink().delete(link.index())));
    }
    try {
      Files.deleteIfExists(socket);
      tools.machine().state().delete(name.text() + ".log");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Text says(Thing thing, Optional<String> from, Optional<String> to) {
    String name = ((Thing.Link) thing).name().text();
    return to.isEmpty()
        ? Text.of(LinkAspect.class, "step.no-link", name)
        : to.get().isEmpty()
            ? Text.of(LinkAspect.class, "step.some-link", name)
            : Text.of(
                LinkAspect.class,
                "step.link",
                name,
                String.valueOf(Path.of(to.get()).getFileName()));
  }
}
