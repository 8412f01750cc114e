package guywire.node;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.linux.Sysctl;
import guywire.network.text.Text;
import guywire.node.NodeState.PeerState;
import guywire.node.Obstacle.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Looks over a host for what its tunnels lack and what stands in their way. It changes nothing; of
 * packets it sends a few echo requests through tunnels whose sessions are open, to find the largest
 * that passes.
 *
 * <p>For one thread.
 */
public final class Doctor {

  /** The kernel's number for "strictly" in rp_filter. */
  private static final int STRICT = 1;

  /** No clock that is right shows a year before this program was written. */
  private static final int FIRST_YEAR = 2025;

  private static final Duration SESSION = Duration.ofSeconds(180);
  private static final Duration TOLERATED = Duration.ofSeconds(5);

  /** What every IPv4 host takes (RFC 791), and what every link of IPv6 takes (RFC 8200). */
  private static final int LEAST_IPV4 = 576;

  private static final int LEAST_IPV6 = 1280;

  private final Machine machine;
  private final Commands commands;
  private final Progress progress;
  private final List<Obstacle> found = new ArrayList<>();

  private Doctor(Machine machine, Progress progress) {
    this.machine = machine;
    this.commands = new Commands(machine);
    this.progress = progress;
  }

  /**
   * What is the matter with a machine, the serious first.
   *
   * @param now the time by its clock
   * @throws MissingRequirement if this process may not look
   */
  public static List<Obstacle> examine(Machine machine, Instant now, Progress progress) {
    var doctor = new Doctor(machine, progress);
    doctor.programs();
    var states = NodeState.all(machine);
    var closed = new ClosedPorts(doctor.ruleset(), doctor.legacyRules());
    for (var state : states) {
      doctor.node(state);
      if (state.running()) {
        doctor.settings(state);
        doctor.clock(state, now);
        if (doctor.isCalled(state)) {
          closed.of(state).ifPresent(doctor.found::add);
        }
        doctor.sizes(state, now);
      }
    }
    if (now.atOffset(ZoneOffset.UTC).getYear() < FIRST_YEAR) {
      doctor.add(Kind.CLOCK, true, "clock-old", now.toString());
    }
    doctor.found.sort((one, other) -> Boolean.compare(other.serious(), one.serious()));
    return List.copyOf(doctor.found);
  }

  private void add(Kind kind, boolean serious, String key, Object... arguments) {
    found.add(Obstacle.of(kind, serious, key, arguments));
  }

  private void programs() {
    if (commands.find("nft").isEmpty()) {
      add(Kind.PROGRAM, true, "nft");
    }
    if (commands.find("ping").isEmpty()) {
      add(Kind.PROGRAM, false, "ping");
    }
    if (commands.find("resolvconf").isEmpty() && commands.find("resolvectl").isEmpty()) {
      add(Kind.PROGRAM, false, "resolvconf");
    }
    if (!Files.exists(machine.root().resolve("dev/net/tun"))
        && !Files.exists(Path.of("/sys/module/wireguard"))) {
      add(Kind.KERNEL, true, "tun");
    }
  }

  private void node(NodeState state) {
    String name = state.name().text();
    if (!state.running()) {
      add(Kind.NODE, true, "dead", name);
    } else if (!state.drift().isEmpty()) {
      add(Kind.NODE, true, "drift", name, state.drift().getFirst());
    }
    if (state.helpers().stream().anyMatch(helper -> !helper.alive())) {
      add(Kind.NODE, true, "agent", state.node().orElse(name));
    }
  }

  private void settings(NodeState state) {
    String name = state.name().text();
    if (state.peers().size() > 1 && setting("net/ipv4/ip_forward") == 0) {
      add(Kind.FORWARDING, false, "forwarding", name, String.valueOf(state.peers().size()));
    }
    int check =
        Math.max(
            setting("net/ipv4/conf/all/rp_filter"),
            setting("net/ipv4/conf/" + name + "/rp_filter"));
    if (check == STRICT) {
      add(Kind.REVERSE_PATH, true, "reverse-path", name);
    }
  }

  private int setting(String key) {
    return machine
        .call(() -> Sysctl.read(key))
        .filter(value -> value.matches("[0-9]{1,9}"))
        .map(Integer::parseInt)
        .orElse(-1);
  }

  private void clock(NodeState state, Instant now) {
    if (state.peers().stream()
        .flatMap(peer -> peer.latestHandshake().stream())
        .anyMatch(at -> at.isAfter(now.plus(TOLERATED)))) {
      add(Kind.CLOCK, true, "clock-back", state.name().text());
    }
  }

  /**
   * Whether there is a peer that calls: one that was given no endpoint. Who only calls needs no
   * open port.
   */
  private boolean isCalled(NodeState state) {
    var given =
        Journal.read(machine)
            .ledger()
            .node(state.name())
            .map(node ->
                node.endpoints().stream()
                    .filter(each -> each.tunnel().equals(state.name()))
                    .map(PeerEndpoint::peer)
                    .toList());
    return state.peers().stream()
        .anyMatch(peer ->
            given.isPresent()
                ? !given.get().contains(peer.publicKey())
                : peer.endpoint().isEmpty());
  }

  /** All that nftables holds, as text; nothing where there is no nft. */
  private String ruleset() {
    return said("nft", "list", "ruleset");
  }

  /** What the older iptables holds beside it. */
  private String legacyRules() {
    return said("iptables-legacy", "-S", "INPUT");
  }

  private String said(String program, String... arguments) {
    return commands
        .find(program)
        .map(path -> {
          var command = new ArrayList<>(List.of(path));
          command.addAll(List.of(arguments));
          return commands.run("", command);
        })
        .filter(Commands.Ended::succeeded)
        .map(Commands.Ended::output)
        .orElse("");
  }

  private void sizes(NodeState state, Instant now) {
    if (commands.find("ping").isEmpty()) {
      return;
    }
    for (var peer : state.peers()) {
      boolean open =
          peer.latestHandshake()
              .map(at -> Duration.between(at, now))
              .filter(age -> !age.isNegative() && age.compareTo(SESSION) < 0)
              .isPresent();
      if (open) {
        address(peer).ifPresent(to -> size(state, to));
      }
    }
  }

  /** An address that is the peer's own: one of those that nobody else can have. */
  private static Optional<IpAddress> address(PeerState peer) {
    return peer.allowedIps().stream()
        .flatMap(text -> Prefix.tryParse(text).stream())
        .filter(prefix -> prefix.length() == prefix.address().bytes().length * 8)
        .map(Prefix::address)
        .findFirst();
  }

  private void size(NodeState state, IpAddress to) {
    progress.step(Text.of(Obstacle.class, "ailment.probing", state.name().text(), to.toString()));
    largest(
            state.mtu(),
            to.isIpv4() ? LEAST_IPV4 : LEAST_IPV6,
            bytes -> Ping.passes(machine, state.name(), to, bytes))
        .ifPresent(bytes ->
            add(
                Kind.MTU,
                true,
                "mtu",
                state.name().text(),
                to.toString(),
                String.valueOf(bytes),
                String.valueOf(state.mtu())));
  }

  /** Whether a packet of so many bytes passes. */
  interface Passing {
    boolean of(int bytes);
  }

  /**
   * The largest packet that passes, if that is less than it should be; nothing also where not even
   * small ones pass, because then it is no matter of size.
   */
  static OptionalInt largest(int should, int least, Passing passes) {
    if (should <= least || passes.of(should) || !passes.of(least)) {
      return OptionalInt.empty();
    }
    int good = least;
    int bad = should;
    while (bad - good > 1) {
      int middle = (good + bad) / 2;
      if (passes.of(middle)) {
        good = middle;
      } else {
        bad = middle;
      }
    }
    return OptionalInt.of(good);
  }
}
