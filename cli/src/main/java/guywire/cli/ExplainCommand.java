package guywire.cli;

import guywire.address.IpAddress;
import guywire.cli.DefinitionInput.KeySource;
import guywire.network.Name;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.prove.Answer;
import guywire.prove.FileEdit;
import guywire.prove.Journey;
import guywire.prove.Mending;
import guywire.prove.Reachability;
import guywire.prove.catalogue.Catalogue.Entry;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code guywire explain}: the way of one packet and of its answer, or where it stops and why; or
 * what a fault's code means.
 */
@Command(name = "explain", mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {

  private static final Pattern TARGET = Pattern.compile("(\\[?)([^\\[\\]]+?)]?(?::(\\d{1,5}))?");

  private final Screen screen;

  @Parameters(index = "0", paramLabel = "NETWORK|CODE", descriptionKey = "explain.network")
  private Path file = Path.of("");

  @Parameters(index = "1", arity = "0..1", paramLabel = "FROM", descriptionKey = "explain.from")
  private String from = "";

  @Parameters(index = "2", arity = "0..1", paramLabel = "TO[:PORT]", descriptionKey = "explain.to")
  private String to = "";

  @Option(names = "--udp", descriptionKey = "explain.udp")
  private boolean udp;

  @Option(names = "--facts", paramLabel = "FILE", descriptionKey = "facts")
  private Optional<Path> facts = Optional.empty();

  @Mixin private FailOption fail = new FailOption();

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  ExplainCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    if (from.isEmpty() && InputCode.is(file.toString())) {
      var code = InputCode.of(file.toString());
      if (json) {
        Json.print(screen, code.json(screen));
      } else {
        code.print(screen);
      }
      return ExitCode.HOLDS;
    }
    if (from.isEmpty() && FaultView.isCode(file.toString())) {
      return fault(FaultView.entry(file.toString()));
    }
    if (to.isEmpty()) {
      throw Refusal.unreadable("explain-incomplete", file.toString());
    }
    var input = CheckInput.of(List.of(file), facts, KeySource.PROVEN);
    var network = input.subject().network();
    var reachability = Reachability.of(network, fail.of(network));
    Spot origin = spot(reachability, from);
    var matcher = TARGET.matcher(to);
    if (!matcher.matches()) {
      throw Refusal.unreadable("explain-no-target", to);
    }
    // An IPv6 address has colons of its own: a port may follow it only behind brackets.
    boolean bare = matcher.group(1).isEmpty() && to.indexOf(':') != to.lastIndexOf(':');
    String host = bare ? to : matcher.group(2);
    boolean withPort = !bare && matcher.group(3) != null;
    var port = withPort ? OptionalInt.of(Integer.parseInt(matcher.group(3))) : OptionalInt.empty();
    if (port.isPresent() && (port.getAsInt() < 1 || port.getAsInt() > 65535)) {
      throw Refusal.unreadable("explain-no-target", to);
    }
    var transport = port.isEmpty() ? Transport.ICMP : udp ? Transport.UDP : Transport.TCP;
    IpAddress target =
        IpAddress.tryParse(host)
            .or(() -> reachability.addresses(origin, spot(reachability, host)).stream().findFirst())
            .orElseThrow(() -> Refusal.unreadable("explain-no-address", host));
    Answer answer = reachability.answer(origin, target, transport, port);
    if (json) {
      Json.print(screen, AnswerJson.of(origin, answer, screen.locale()));
    } else {
      new Journey(origin, answer).lines(screen.locale()).forEach(screen::line);
      if (!answer.works() && fail.of(network).isEmpty()) {
        var line =
            NodeInput.isDefinition(file)
                ? PolicyMend.of(file, reachability, origin, target, transport, port)
                : Optional.<String>empty();
        if (line.isPresent()) {
          screen.tell("explain.policy", file.toString());
          screen.line("  - " + line.get());
        } else {
          sayMend(Mending.of(network, origin, target, transport, port));
        }
      }
    }
    return answer.works() ? ExitCode.HOLDS : ExitCode.BROKEN;
  }

  private int fault(Entry entry) {
    if (json) {
      Json.print(screen, FaultView.json(entry, screen.locale()));
    } else {
      FaultView.print(screen, entry);
    }
    return ExitCode.HOLDS;
  }

  private void sayMend(Optional<List<FileEdit>> edits) {
    if (edits.isEmpty()) {
      screen.tell("explain.no-mend");
      return;
    }
    screen.tell("explain.mend");
    for (var edit : edits.get()) {
      FindingsView.paragraph(screen, "  ", edit.text().in(screen.locale()));
    }
  }

  private static Spot spot(Reachability reachability, String word) {
    return reachability
        .spot(word)
        .orElseThrow(() ->
            Refusal.unreadable(
                Name.tryParse(word).isPresent() ? "explain-unknown" : "explain-no-name",
                word,
                String.join(", ", reachability.spots().stream().map(Object::toString).toList())));
  }
}
