package guywire.cli;

import guywire.cli.DefinitionInput.KeySource;
import guywire.cli.Screen.Style;
import guywire.lab.Lab;
import guywire.lab.LabException;
import guywire.lab.LabHost;
import guywire.lab.LabListener;
import guywire.lab.LabOptions;
import guywire.lab.LabOptions.Apply;
import guywire.lab.LabReport;
import guywire.lab.Prediction;
import guywire.lab.ProbeOptions;
import guywire.lab.TunnelPrograms;
import guywire.lab.WrittenNode;
import guywire.network.Failure;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.Spot;
import guywire.network.text.Text;
import guywire.node.SetupFailure;
import guywire.prove.Reachability;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code guywire try}: runs the network in namespaces of this machine and holds every promise, and
 * the proof, against real packets.
 */
@Command(name = "try", mixinStandardHelpOptions = true)
final class TryCommand implements Callable<Integer> {

  private final Screen screen;

  @Parameters(arity = "1..*", paramLabel = "NETWORK|FILES", descriptionKey = "check.files")
  private List<Path> files = List.of();

  @Option(names = "--facts", paramLabel = "FILE", descriptionKey = "facts")
  private Optional<Path> facts = Optional.empty();

  @Mixin private FailOption fail = new FailOption();

  @Option(names = "--apply", paramLabel = "BY", defaultValue = "", descriptionKey = "try.apply")
  private String apply = "";

  @Option(
      names = "--tunnel",
      paramLabel = "PROGRAM",
      defaultValue = "guywire",
      descriptionKey = "try.tunnel")
  private String tunnel = "guywire";

  @Option(names = "--serve", descriptionKey = "try.serve")
  private boolean serve;

  @Option(names = "--keep", descriptionKey = "try.keep")
  private boolean keep;

  @Option(names = "--quick", descriptionKey = "try.quick")
  private boolean quick;

  @Option(names = "--speed", paramLabel = "FROM,TO", split = ",", descriptionKey = "try.speed")
  private String[] speed = {};

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  TryCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws InterruptedException {
    long start = System.nanoTime();
    screen.progress(screen.say("try.reading", files.getFirst().toString()), "");
    var input = CheckInput.of(files, facts, KeySource.BORROWED);
    var labOptions = new LabOptions(tunnels(), apply(input), input.written());
    Network network = labOptions.of(input.subject().network());
    var proof = Reachability.of(network);
    var options = probeOptions(proof);
    Set<Failure> failures = fail.of(network);
    var proofOfFailed = Reachability.of(network, failures);
    var served = served(labOptions, input);
    try (var lab = Lab.start(network, labOptions, listener())) {
      var server = served.map(definition -> manage(lab, definition));
      notUp(lab, labOptions);
      LabReport report = lab.probe(Prediction.by(proof), options);
      Optional<LabReport> failed = Optional.empty();
      if (!failures.isEmpty()) {
        failures.forEach(lab.outages()::fail);
        failed = Optional.of(lab.probePairs(Prediction.by(proofOfFailed)));
      }
      if (json) {
        Json.print(screen, LabJson.of(network, labOptions, report, failures, failed));
      } else {
        var view = new LabView(screen);
        view.print(network, labOptions, report, proof, System.nanoTime() - start);
        failed.ifPresent(other -> view.printFailed(failures, other, proofOfFailed));
      }
      if (keep) {
        showDoors(lab);
        server.ifPresent(url -> screen.tell("try.server", url));
        screen.out().flush();
        new CountDownLatch(1).await();
      }
      boolean holds =
          lab.down().isEmpty() && report.holds() && failed.map(LabReport::holds).orElse(true);
      return holds && isTakenDown(lab, labOptions) ? ExitCode.HOLDS : ExitCode.BROKEN;
    } catch (SetupFailure e) {
      throw new Refusal(ExitCode.BROKEN, e.text());
    } catch (LabException e) {
      throw new Refusal(
          ExitCode.UNABLE, Text.of(Refusal.class, "lab-failed", String.valueOf(e.getMessage())));
    }
  }

  /** What wg-quick set up, wg-quick has to take down, and nothing may be left. */
  private boolean isTakenDown(Lab lab, LabOptions options) {
    if (options.apply() != Apply.WG_QUICK) {
      return true;
    }
    lab.outages().restore();
    var remains = lab.takeDown();
    remains.forEach((node, left) ->
        left.forEach(
            what -> screen.line(screen.say("try.remains", node.text(), what.in(screen.locale())))));
    return remains.isEmpty();
  }

  /** Says which nodes are not as their files are, and which their files did not bring up. */
  private void notUp(Lab lab, LabOptions options) {
    Screen said = json ? screen.aside() : screen;
    if (options.apply() == Apply.FILES) {
      var equivalent =
          lab.network().nodes().stream()
              .map(NodeConfig::name)
              .filter(name ->
                  !Optional.ofNullable(options.written().get(name))
                      .map(WrittenNode::isAsWritten)
                      .orElse(false))
              .map(Name::text)
              .toList();
      if (!equivalent.isEmpty()) {
        FindingsView.paragraph(said, "", said.say("try.equivalent", String.join(", ", equivalent)));
      }
    }
    lab.down()
        .forEach((node, why) ->
            FindingsView.paragraph(
                said,
                "",
                said.styled(Style.BAD, said.say("try.down", node.text(), why.in(said.locale())))));
    if (!lab.down().isEmpty()) {
      said.gap();
    }
  }

  /** What a server is given, if the nodes are to be managed by one. */
  private Optional<ServedDefinition> served(LabOptions options, CheckInput input) {
    if (options.apply() != Apply.SERVE) {
      return Optional.empty();
    }
    if (files.size() != 1 || !NodeInput.isDefinition(files.getFirst())) {
      throw Refusal.unreadable("try-serve-files");
    }
    return Optional.of(ServedDefinition.of(files.getFirst(), input.subject().network()));
  }

  /** Has a server in the lab manage the nodes; where it is. */
  private String manage(Lab lab, ServedDefinition definition) {
    Screen said = json ? screen.aside() : screen;
    if (definition.leavesSharedOut()) {
      FindingsView.paragraph(said, "", said.say("try.no-shared"));
    }
    return ServedLab.setUp(lab, definition, said, listener());
  }

  /** Files are tried as they are, unless something else is asked for; a definition has none. */
  private Apply apply(CheckInput input) {
    if (serve) {
      if (!apply.isEmpty()) {
        throw Refusal.unreadable("try-serve-apply");
      }
      return Apply.SERVE;
    }
    if (apply.isEmpty()) {
      return input.written().values().stream().anyMatch(WrittenNode::isAsWritten)
          ? Apply.FILES
          : Apply.GUYWIRE;
    }
    for (var candidate : Apply.values()) {
      if (candidate.word().equals(apply)) {
        return candidate;
      }
    }
    throw Refusal.unreadable("try-no-apply", apply);
  }

  private TunnelPrograms tunnels() {
    for (var candidate : TunnelPrograms.values()) {
      if (candidate.word().equals(tunnel)) {
        return candidate;
      }
    }
    throw Refusal.unreadable("try-no-tunnel", tunnel);
  }

  private ProbeOptions probeOptions(Reachability proof) {
    if (quick) {
      return ProbeOptions.QUICK;
    }
    if (speed.length == 0) {
      return ProbeOptions.ALL;
    }
    if (speed.length != 2) {
      throw Refusal.unreadable("try-no-pair", String.join(",", speed));
    }
    var pair = new ProbeOptions.SpeedPair(spot(proof, speed[0]), spot(proof, speed[1]));
    var all = ProbeOptions.ALL;
    return new ProbeOptions(
        all.matrix(), all.roaming(), true, Optional.of(pair), all.speedMillis());
  }

  private static Spot spot(Reachability proof, String word) {
    return proof.spot(word).orElseThrow(() -> Refusal.unreadable("try-no-pair", word));
  }

  private LabListener listener() {
    return (what, done, all) -> screen.progress(what.in(screen.locale()), done + "/" + all);
  }

  private void showDoors(Lab lab) {
    screen.gap();
    screen.tell("try.doors");
    var table = new Table();
    for (LabHost host : lab.hosts()) {
      table.row(host.name(), host.tunnel().orElse(""), String.join(" ", host.enter()));
    }
    table.print(screen, "  ");
  }
}
