package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.node.Doctor;
import guywire.node.Machine;
import guywire.node.Obstacle;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code guywire doctor}: what this host lacks, and what stands in the way of its tunnels. */
@Command(name = "doctor", mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {

  private final Screen screen;

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  DoctorCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    var found =
        Doctor.examine(
            Machine.LOCAL,
            Clock.systemUTC().instant(),
            step -> screen.progress(step.in(screen.locale()), ""));
    boolean well = found.stream().noneMatch(Obstacle::serious);
    if (json) {
      print(found, well);
    } else {
      show(found);
    }
    return well ? ExitCode.HOLDS : ExitCode.BROKEN;
  }

  private void show(List<Obstacle> found) {
    if (found.isEmpty()) {
      screen.tell("doctor.well");
    }
    for (var ailment : found) {
      FindingsView.paragraph(
          screen,
          ailment.serious()
              ? screen.styled(Style.BAD, screen.say("doctor.serious")) + "  "
              : screen.styled(Style.WARN, screen.say("doctor.maybe")) + "  ",
          ailment.what().in(screen.locale()));
      FindingsView.paragraph(
          screen, "    " + screen.say("mend") + "  ", ailment.mend().in(screen.locale()));
    }
  }

  private void print(List<Obstacle> found, boolean well) {
    var object = Json.object();
    object.put("well", well);
    var array = object.putArray("ailments");
    for (var ailment : found) {
      var one = array.addObject();
      one.put("kind", ailment.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
      one.put("serious", ailment.serious());
      one.set("what", Json.text(ailment.what(), screen.locale()));
      one.set("mend", Json.text(ailment.mend(), screen.locale()));
    }
    Json.print(screen, object);
  }
}
