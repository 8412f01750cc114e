package guywire.prove;

import guywire.network.PortRange;
import guywire.network.Transport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * What of one machine is open to another, asked for every kind of connection that the rules of the
 * network tell apart.
 *
 * @param answers the answer for each kind, in the order icmp, tcp, udp
 */
public record Reach(Map<PortClass, Answer> answers) {

  /** How much of it is open. */
  public enum Extent {
    /** Everything, whatever else is the case. */
    ALL,
    /** Some services. */
    SOME,
    /** Nothing. */
    NONE,
    /** What is open depends on what no file says, or on what is not understood. */
    DEPENDS
  }

  /** Keeps the order. */
  public Reach {
    answers = Collections.unmodifiableMap(new LinkedHashMap<>(answers));
  }

  /** How much is open. */
  public Extent extent() {
    long works = answers.values().stream().filter(Answer::works).count();
    if (answers.values().stream().anyMatch(Answer::mayWork)) {
      return Extent.DEPENDS;
    }
    if (works == 0) {
      return Extent.NONE;
    }
    boolean certain =
        answers.values().stream().filter(Answer::works).allMatch(answer -> answer.certain());
    if (!certain) {
      return Extent.DEPENDS;
    }
    return works == answers.size() ? Extent.ALL : Extent.SOME;
  }

  /** The kinds of connection that work. */
  public List<PortClass> open() {
    return answers.entrySet().stream()
        .filter(entry -> entry.getValue().works())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Why the first kind that does not work stops; empty if all work. */
  public Optional<Stop> stop() {
    return answers.values().stream()
        .filter(answer -> !answer.works())
        .findFirst()
        .flatMap(Answer::stop);
  }

  /**
   * The answer for a service.
   *
   * @param port the destination port; empty for ICMP
   */
  public Optional<Answer> answer(Transport transport, OptionalInt port) {
    if (answers.size() == 1) {
      return answers.values().stream().findFirst();
    }
    return answers.entrySet().stream()
        .filter(entry -> entry.getKey().transport() == transport)
        .filter(entry ->
            port.isEmpty()
                || entry.getKey().ports().stream().anyMatch(r -> r.contains(port.getAsInt())))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /**
   * What is open in few words, such as {@code icmp, tcp/22,8000-8099} or {@code tcp/!25} for all
   * but one; all of a transport by its name alone. Empty if nothing is.
   */
  public String services() {
    var words = new ArrayList<String>();
    for (var transport : Transport.values()) {
      var all = answers.keySet().stream().filter(kind -> kind.transport() == transport).toList();
      var open = all.stream().filter(kind -> works(kind)).toList();
      if (open.isEmpty()) {
        continue;
      }
      if (open.size() == all.size()) {
        words.add(transport.word());
      } else {
        var shut = ranges(all.stream().filter(kind -> !works(kind)).toList());
        var ports = ranges(open);
        words.add(
            transport.word()
                + (shut.size() < ports.size() ? "/!" + joined(shut) : "/" + joined(ports)));
      }
    }
    return String.join(" ", words);
  }

  private boolean works(PortClass kind) {
    return Optional.ofNullable(answers.get(kind)).map(Answer::works).orElse(false);
  }

  private static List<PortRange> ranges(List<PortClass> kinds) {
    return PortRange.merged(kinds.stream().flatMap(kind -> kind.ports().stream()).toList());
  }

  private static String joined(List<PortRange> ranges) {
    return ranges.stream().map(PortRange::toString).collect(Collectors.joining(","));
  }
}
