package guywire.node;

import guywire.network.EndpointAddress;
import guywire.network.NodeConfig;
import guywire.network.text.Text;
import guywire.node.DeviceChange.Fate;
import guywire.node.DeviceChange.PeerChange;
import guywire.protocol.Endpoint;
import guywire.protocol.PublicKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The process that follows endpoints given by name when their addresses change: WireGuard itself
 * looks a name up but once. A peer whose handshake is fresh is left alone, wherever it has roamed
 * to; a silent one is tried at each of its name's addresses in turn.
 */
public final class EndpointWatch {

  static final String FILE = "endpoint-watch";

  /** A session in use renews its handshake every 120 s, and has 15 s for trying. */
  static final Duration SILENT = Duration.ofSeconds(135);

  private static final long EVERY_SECONDS = 30;

  private EndpointWatch() {}

  /** A peer whose endpoint is a name: a line of the process's file. */
  record Watched(String interfaceName, PublicKey peer, EndpointAddress endpoint) {

    String line() {
      return interfaceName + " " + peer + " " + endpoint.host() + " " + endpoint.port();
    }

    static Watched parse(String line) {
      String[] words = line.split(" ");
      return new Watched(
          words[0],
          PublicKey.parse(words[1]).orElseThrow(),
          new EndpointAddress(words[2], Integer.parseInt(words[3])));
    }
  }

  /** What is to be watched of a node; empty if no endpoint is a name. */
  static String wanted(NodeConfig config) {
    var lines = new StringBuilder();
    for (var tunnel : config.interfaces()) {
      for (var peer : tunnel.peers()) {
        peer.endpoint()
            .filter(endpoint -> endpoint.address().isEmpty())
            .map(endpoint -> new Watched(tunnel.name().text(), peer.publicKey(), endpoint))
            .ifPresent(watched -> lines.append(watched.line()).append('\n'));
      }
    }
    return lines.toString();
  }

  /** Starts, changes or stops the process. */
  static String ensure(Work work, StateFile state, NodeConfig config, String before) {
    String text = wanted(config);
    var companion = companion(work.commands(), state);
    if (text.equals(before) && (text.isEmpty() || companion.isReady())) {
      return text;
    }
    if (!before.isEmpty()) {
      work.change(
          Text.of(EndpointWatch.class, "step.no-watch"),
          companion::stop,
          () -> companion.start(before));
    }
    if (!text.isEmpty()) {
      work.change(
          Text.of(EndpointWatch.class, "step.watch", String.valueOf(text.lines().count())),
          () -> companion.start(text),
          companion::stop);
    }
    return text;
  }

  static Companion companion(Commands commands, StateFile state) {
    return new Companion(commands, state, FILE, "24m", EndpointWatch.class);
  }

  /**
   * Watches until the file is gone.
   *
   * @param arguments the directory in which {@code endpoint-watch} says what to watch
   * @throws IOException if the file can't be read
   * @throws InterruptedException never
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path directory = Path.of(arguments[0]);
    var watched = Files.readString(directory.resolve(FILE)).lines().map(Watched::parse).toList();
    Companion.live(
        directory,
        FILE,
        EVERY_SECONDS,
        () -> look(Machine.LOCAL, watched, Clock.systemUTC().instant()));
  }

  /**
   * Looks once.
   *
   * @return the peers that are now tried elsewhere
   */
  static List<PublicKey> look(Machine machine, List<Watched> all, Instant now) {
    var moved = new ArrayList<PublicKey>();
    var lookup = new EndpointLookup(new Commands(machine));
    for (var name : all.stream().map(Watched::interfaceName).distinct().toList()) {
      DeviceControl control = InterfaceSetup.control(machine, name);
      try {
        WireGuardDevice device = control.read();
        for (var watched : all) {
          if (watched.interfaceName().equals(name)) {
            next(device, watched, lookup, now)
                .ifPresent(endpoint -> {
                  control.change(move(watched.peer(), endpoint));
                  moved.add(watched.peer());
                });
          }
        }
      } catch (UncheckedIOException | guywire.linux.LinuxException e) {
        // The tunnel's program is away just now; the next turn finds it, or this process ends.
      }
    }
    return moved;
  }

  /** Where to try a silent peer next, if elsewhere than now. */
  private static Optional<Endpoint> next(
      WireGuardDevice device, Watched watched, EndpointLookup lookup, Instant now) {
    Optional<WireGuardPeer> peer = device.peer(watched.peer());
    boolean silent =
        peer.isPresent()
            && peer.get()
                .latestHandshake()
                .filter(latest -> latest.plus(SILENT).isAfter(now))
                .isEmpty();
    List<Endpoint> known = silent ? lookup.all(watched.endpoint()) : List.of();
    if (known.isEmpty()) {
      return Optional.empty();
    }
    Optional<Endpoint> current = peer.flatMap(WireGuardPeer::endpoint);
    int place = current.map(known::indexOf).orElse(-1);
    Endpoint next = known.get((place + 1) % known.size());
    return Optional.of(next).filter(endpoint -> !Optional.of(endpoint).equals(current));
  }

  private static DeviceChange move(PublicKey peer, Endpoint endpoint) {
    return new DeviceChange(
        Optional.empty(),
        OptionalInt.empty(),
        OptionalLong.empty(),
        List.of(
            new PeerChange(
                peer,
                Fate.CHANGED,
                Optional.empty(),
                Optional.of(endpoint),
                OptionalInt.empty(),
                false,
                List.of())));
  }
}
