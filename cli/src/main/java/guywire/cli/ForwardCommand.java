package guywire.cli;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.agent.ForwardMessage;
import guywire.agent.ForwardMessage.Reply;
import guywire.agent.ForwardRequest;
import guywire.agent.ForwardStatus;
import guywire.cli.Screen.Style;
import guywire.cli.Table.Cell;
import guywire.network.ForwardPermission;
import guywire.network.Transport;
import guywire.node.Machine;
import guywire.node.MissingRequirement;
import guywire.node.NodeState;
import guywire.node.SetupFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code guywire forward}: has a gateway pass connections of this host on, for a while. */
@Command(name = "forward", mixinStandardHelpOptions = true)
final class ForwardCommand implements Callable<Integer> {

  /** The tunnel may have to open first: WireGuard tries again every 5 s. */
  private static final Duration PATIENCE = Duration.ofSeconds(12);

  /** A gateway that has nothing for us says so at once; one that is away is not waited for. */
  private static final Duration LIST_PATIENCE = Duration.ofSeconds(4);

  private static final int MOST_LISTED = 64;

  private static final Pattern PLACE =
      Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([^:\\[\\]]+)):([1-9][0-9]{0,4})");
  private static final Pattern TIME = Pattern.compile("([1-9][0-9]{0,5})([smhd])");

  private final Screen screen;
  private final SecureRandom random = new SecureRandom();

  @Parameters(
      arity = "0..2",
      paramLabel = "GATEWAY:PORT TARGET:PORT",
      descriptionKey = "forward.words")
  private List<String> words = List.of();

  @Option(names = "--for", paramLabel = "TIME", descriptionKey = "forward.for")
  private Optional<String> time = Optional.empty();

  @Option(names = "--udp", descriptionKey = "forward.udp")
  private boolean udp;

  @Option(names = "--end", descriptionKey = "forward.end")
  private boolean end;

  @Option(names = "--list", descriptionKey = "forward.list")
  private boolean list;

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  /** A host and a port, as written. */
  private record Place(String host, int port) {
    static Place of(String written) {
      var parts = PLACE.matcher(written);
      if (!parts.matches()) {
        throw Refusal.unreadable("forward-place", written);
      }
      int port = Integer.parseInt(parts.group(3));
      if (port > 65535) {
        throw Refusal.unreadable("forward-place", written);
      }
      return new Place(parts.group(1) == null ? parts.group(2) : parts.group(1), port);
    }
  }

  ForwardCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    if (list) {
      return list();
    }
    if (words.size() != (end ? 1 : 2) || end && time.isPresent()) {
      throw Refusal.unreadable("forward-words");
    }
    var gateway = Place.of(words.getFirst());
    if (!ForwardPermission.OPENED.contains(gateway.port())) {
      throw Refusal.unreadable("forward-port", String.valueOf(gateway.port()));
    }
    var permissions = permissions();
    var at = gateway(gateway.host(), permissions);
    var transport = udp ? Transport.UDP : Transport.TCP;
    if (end) {
      return tell(
          ask(at, ForwardMessage.end(random.nextLong(), transport, gateway.port()), PATIENCE), at);
    }
    var target = Place.of(words.getLast());
    var to = target(gateway.host(), target.host(), permissions);
    long seconds = time.map(ForwardCommand::seconds).orElse(0L);
    var question =
        ForwardMessage.open(
            random.nextLong(), transport, gateway.port(), to, target.port(), seconds);
    return tell(ask(at, question, PATIENCE), at);
  }

  private static long seconds(String written) {
    var parts = TIME.matcher(written);
    if (!parts.matches()) {
      throw Refusal.unreadable("forward-time", written);
    }
    long number = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "d" -> Duration.ofDays(number).toSeconds();
      case "h" -> Duration.ofHours(number).toSeconds();
      case "m" -> Duration.ofMinutes(number).toSeconds();
      default -> number;
    };
  }

  /** What this host knows of gateways; nothing for who may not read it. */
  private static List<ForwardPermission> permissions() {
    try {
      return NodeState.forwards(Machine.LOCAL);
    } catch (MissingRequirement | SetupFailure | UncheckedIOException e) {
      return List.of();
    }
  }

  private static IpAddress gateway(String host, List<ForwardPermission> permissions) {
    return IpAddress.tryParse(host)
        .or(() ->
            permissions.stream()
                .filter(each -> each.gateway().text().equals(host))
                .flatMap(each -> each.at().stream())
                .findFirst())
        .or(() -> lookedUp(host))
        .orElseThrow(() -> Refusal.unreadable("forward-unknown", host));
  }

  private static IpAddress target(
      String gateway, String host, List<ForwardPermission> permissions) {
    return IpAddress.tryParse(host)
        .or(() ->
            permissions.stream()
                .filter(each ->
                    each.target().text().equals(host)
                        && (each.gateway().text().equals(gateway)
                            || each.at().stream().anyMatch(at -> at.toString().equals(gateway))))
                .flatMap(each -> each.to().stream())
                .filter(prefix -> prefix.isHost())
                .map(prefix -> prefix.address())
                .findFirst())
        .or(() -> lookedUp(host))
        .orElseThrow(() -> Refusal.unreadable("forward-unknown", host));
  }

  private static Optional<IpAddress> lookedUp(String host) {
    try {
      return Optional.of(IpAddress.of(InetAddress.getByName(host).getAddress()));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  private static Optional<ForwardMessage> ask(
      IpAddress gateway, ForwardMessage question, Duration patience) {
    try {
      var family =
          gateway.family() == Family.IPV4
              ? StandardProtocolFamily.INET
              : StandardProtocolFamily.INET6;
      return ForwardRequest.ask(
          DatagramChannel.open(family),
          InetAddress.getByAddress(gateway.bytes()),
          question,
          patience);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int tell(Optional<ForwardMessage> answer, IpAddress gateway) {
    var reply = answer.flatMap(ForwardMessage::reply);
    boolean done = reply.equals(Optional.of(Reply.DONE));
    if (json) {
      var object = Json.object();
      object.put("done", done);
      object.put("reply", reply.map(said -> said.name().toLowerCase(Locale.ROOT)).orElse("silent"));
      answer.ifPresent(said -> put(object, gateway, said));
      Json.print(screen, object);
    } else {
      String place = at(gateway, answer.map(ForwardMessage::port).orElse(0));
      String said =
          switch (reply.map(Enum::name).orElse("")) {
            case "DONE" ->
                end
                    ? screen.say("forward.ended", place)
                    : screen.say(
                        "forward.opened",
                        place,
                        at(answer.orElseThrow().target(), answer.orElseThrow().targetPort()),
                        Durations.said(screen, answer.orElseThrow().seconds()));
            case "REFUSED" -> screen.say("forward.refused");
            case "TAKEN" -> screen.say("forward.taken", place);
            case "FULL" -> screen.say("forward.full");
            case "NONE" -> screen.say("forward.nothing", place);
            case "UNABLE" -> screen.say("forward.unable", place);
            default -> screen.say("forward.silent", gateway.toString());
          };
      screen.line(screen.styled(done ? Style.GOOD : Style.BAD, said));
    }
    return done ? ExitCode.HOLDS : ExitCode.BROKEN;
  }

  private static String at(IpAddress address, int port) {
    return (address.isIpv4() ? address.toString() : "[" + address + "]") + ":" + port;
  }

  private static void put(ObjectNode object, IpAddress gateway, ForwardMessage said) {
    object.put("gateway", gateway.toString());
    object.put("transport", said.transport().word());
    object.put("port", said.port());
    if (said.targetPort() > 0) {
      object.put("target", said.target().toString());
      object.put("target-port", said.targetPort());
      object.put("seconds-left", said.seconds());
    }
  }

  /** What gateways pass on for this host, and this host for others. */
  private int list() {
    if (words.size() > 1 || time.isPresent() || end) {
      throw Refusal.unreadable("forward-words");
    }
    var permissions = permissions();
    var gateways = new LinkedHashSet<IpAddress>();
    if (words.isEmpty()) {
      permissions.forEach(each -> gateways.add(each.at().getFirst()));
    } else {
      gateways.add(gateway(words.getFirst(), permissions));
    }
    var served = words.isEmpty() ? ForwardStatus.all(Machine.LOCAL) : List.<ForwardStatus>of();
    served.forEach(each -> gateways.remove(each.address()));
    var own = new ArrayList<String>();
    var table = new Table();
    var object = Json.object();
    var asked = object.putArray("asked");
    boolean silent = false;
    for (var gateway : gateways) {
      for (int i = 0; i < MOST_LISTED; i++) {
        var answer = ask(gateway, ForwardMessage.list(random.nextLong(), i), LIST_PATIENCE);
        silent |= answer.isEmpty();
        var there = answer.filter(said -> said.reply().equals(Optional.of(Reply.DONE)));
        if (there.isEmpty()) {
          break;
        }
        var said = there.get();
        put(asked.addObject(), gateway, said);
        own.add(at(gateway, said.port()));
        table.row(
            Cell.of(at(gateway, said.port()) + "/" + said.transport().word(), Style.STRONG),
            Cell.of("-> " + at(said.target(), said.targetPort())),
            Cell.of(screen.say("forward.left", Durations.said(screen, said.seconds()))));
      }
    }
    var passed = object.putArray("passed-on");
    for (var each : served) {
      own.add(at(each.address(), each.port()));
      put(passed.addObject(), each);
      table.row(
          Cell.of(at(each.address(), each.port()) + "/" + each.transport().word(), Style.STRONG),
          Cell.of("-> " + at(each.target(), each.targetPort())),
          Cell.of(screen.say("forward.left", Durations.said(screen, each.secondsLeft()))),
          Cell.of(
              screen.say(
                  "forward.served",
                  each.asker().toString(),
                  String.valueOf(each.connections()),
                  String.valueOf(each.connectionsSoFar()),
                  String.valueOf(each.bytes()))));
    }
    if (json) {
      Json.print(screen, object);
    } else if (own.isEmpty()) {
      screen.tell(silent ? "forward.none-heard" : "forward.none");
    } else {
      table.print(screen, "");
    }
    return silent && own.isEmpty() ? ExitCode.BROKEN : ExitCode.HOLDS;
  }

  private static void put(ObjectNode object, ForwardStatus each) {
    object.put("node", each.node().text());
    object.put("asker", each.asker().toString());
    object.put("address", each.address().toString());
    object.put("transport", each.transport().word());
    object.put("port", each.port());
    object.put("target", each.target().toString());
    object.put("target-port", each.targetPort());
    object.put("seconds-left", each.secondsLeft());
    object.put("connections", each.connections());
    object.put("connections-so-far", each.connectionsSoFar());
    object.put("bytes", each.bytes());
  }
}
