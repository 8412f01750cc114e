package guywire.cli;

import guywire.address.IpAddress.Family;
import guywire.cli.Screen.Style;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.prove.Answer;
import guywire.prove.Condition;
import guywire.prove.Reachability;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** What the answers of a matrix depend on that no file says. */
final class ConditionsView {

  /** How many conditions are told; of more there is one for nearly every machine. */
  private static final int MOST = 12;

  /** Who depends on a condition. */
  private static final class Dependants {
    private final String text;
    private final String sample;
    private int count;

    Dependants(String text, String sample) {
      this.text = text;
      this.sample = sample;
    }
  }

  private final Screen screen;
  private final Map<String, Dependants> found = new LinkedHashMap<>();

  private ConditionsView(Screen screen) {
    this.screen = screen;
  }

  /** Of each pair of these spots. */
  static void print(Screen screen, Reachability proof, List<Spot> spots) {
    var view = new ConditionsView(screen);
    for (var from : spots) {
      for (var to : spots) {
        if (!from.equals(to)) {
          for (var family : Family.values()) {
            proof
                .answer(from, to, family, Transport.ICMP, OptionalInt.empty())
                .ifPresent(answer -> view.add(from, to, answer));
          }
        }
      }
    }
    view.print();
  }

  /** Of the groups of a large network, a sample for each pair. */
  static void print(Screen screen, Reachability proof) {
    var view = new ConditionsView(screen);
    for (var family : Family.values()) {
      for (var cell : proof.matrix(family).cells()) {
        view.add(cell.sampleFrom(), cell.sampleTo(), cell.sample());
      }
    }
    view.print();
  }

  private void add(Spot from, Spot to, Answer answer) {
    if (answer.works()) {
      for (Condition condition : answer.conditions()) {
        String text = condition.text().in(screen.locale());
        found.computeIfAbsent(text, t -> new Dependants(t, from + " -> " + to)).count++;
      }
    }
  }

  private void print() {
    if (found.isEmpty()) {
      return;
    }
    screen.gap();
    screen.tell("check.conditions");
    found.values().stream()
        .sorted(Comparator.comparingInt((Dependants each) -> each.count).reversed())
        .limit(MOST)
        .forEach(each ->
            FindingsView.paragraph(
                screen,
                "  ",
                screen.styled(Style.WARN, screen.say("check.condition", each.text))
                    + "  "
                    + screen.say("check.dependants", each.count + "", each.sample)));
    if (found.size() > MOST) {
      screen.line("  " + screen.say("check.and-so-on", found.size() - MOST + ""));
    }
  }
}
