package guywire.cli;

import guywire.cli.DefinitionInput.Keys;
import guywire.lab.Lab;
import guywire.lab.LabException;
import guywire.lab.LabHost;
import guywire.lab.LabListener;
import guywire.lab.LabOptions;
import guywire.lab.LabReport;
import guywire.lab.ProbeOptions;
import guywire.lab.Tunnels;
import guywire.network.config.Network;
import guywire.network.config.Spot;
import guywire.network.config.Transport;
import guywire.network.text.Text;
import guywire.network.verify.Reachability;
import guywire.node.SetupFailure;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code guywire try}: runs the network in namespaces of this machine and holds every promise, and
 * the proof, against real packets.
 */
@Command(name = "try", resourceBundle = "guywire.cli.help", mixinStandardHelpOptions = true)
final class TryCommand implements Callable<Integer> {

  private final Screen screen;

  @Parameters(index = "0", paramLabel = "NETWORK", descriptionKey = "network")
  private Path file = Path.of("");

  @Option(
      names = "--tunnel",
      paramLabel = "PROGRAM",
      defaultValue = "guywire",
      descriptionKey = "try.tunnel")
  private String tunnel = "guywire";

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
    screen.progress(screen.say("try.reading", file.toString()), "");
    Tunnels tunnels = tunnels();
    Network network = DefinitionInput.of(file, Keys.BORROWED).network();
    var options = probeOptions(network);
    var proof = Reachability.of(network);
    try (var lab = Lab.start(network, new LabOptions(tunnels), listener())) {
      LabReport report =
          lab.probe(
              (from, _, target) -> {
                // The prover remembers what it learned and is used by one thread at a time.
                synchronized (proof) {
                  return proof.answer(from, target, Transport.ICMP, OptionalInt.empty()).works();
                }
              },
              options);
      if (json) {
        Json.print(screen, LabJson.of(network, tunnels, report));
      } else {
        new LabView(screen).print(network, tunnels, report, System.nanoTime() - start);
      }
      if (keep) {
        showDoors(lab);
        new CountDownLatch(1).await();
      }
      return report.holds() ? ExitCode.HOLDS : ExitCode.BROKEN;
    } catch (SetupFailure e) {
      throw new Refusal(ExitCode.BROKEN, e.text());
    } catch (LabException e) {
      throw new Refusal(
          ExitCode.UNABLE, Text.of(Refusal.class, "lab-failed", String.valueOf(e.getMessage())));
    }
  }

  private Tunnels tunnels() {
    for (var candidate : Tunnels.values()) {
      if (candidate.word().equals(tunnel)) {
        return candidate;
      }
    }
    throw Refusal.unreadable("try-no-tunnel", tunnel);
  }

  private ProbeOptions probeOptions(Network network) {
    if (quick) {
      return ProbeOptions.QUICK;
    }
    if (speed.length == 0) {
      return ProbeOptions.ALL;
    }
    if (speed.length != 2) {
      throw Refusal.unreadable("try-no-pair", String.join(",", speed));
    }
    var pair = new ProbeOptions.SpeedPair(spot(network, speed[0]), spot(network, speed[1]));
    var all = ProbeOptions.ALL;
    return new ProbeOptions(
        all.matrix(), all.roaming(), true, Optional.of(pair), all.speedMillis());
  }

  private static Spot spot(Network network, String word) {
    return Reachability.of(network).spots().stream()
        .filter(spot -> spot.toString().equals(word))
        .findFirst()
        .orElseThrow(() -> Refusal.unreadable("try-no-pair", word));
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
    screen.out().flush();
  }
}
