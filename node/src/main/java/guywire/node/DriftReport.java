package guywire.node;

import guywire.network.Name;
import guywire.network.json.RecordCodec;
import guywire.network.json.UnreadableDocument;
import guywire.network.text.Text;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a host's agent did about something of a node that was no longer as it was set up.
 *
 * @param node the node
 * @param outcome what became of it
 * @param what what it is about
 * @param why why it could not be mended, if it could not
 * @param program the program that had changed it, where that can be known
 * @param atSeconds when, in seconds since 1970
 */
public record DriftReport(
    Name node,
    Outcome outcome,
    SerializedText what,
    Optional<SerializedText> why,
    Optional<String> program,
    long atSeconds) {

  private static final RecordCodec<DriftReport> CODEC = RecordCodec.of(DriftReport.class);

  /** What became of it. */
  public enum Outcome {
    /** It is again as it was set up. */
    MENDED,
    /** It was undone three times within a minute: left alone for ten minutes. */
    GIVEN_UP,
    /** It can't be mended; tried again when something changes. */
    FAILED
  }

  /** One about which is said when it was by the clock of whoever reads it. */
  static DriftReport now(
      Name node,
      Outcome outcome,
      SerializedText what,
      Optional<SerializedText> why,
      Optional<String> program) {
    return new DriftReport(node, outcome, what, why, program, Instant.now().getEpochSecond());
  }

  String line() {
    return CODEC.write(this);
  }

  /** All of it in words. */
  public Text words() {
    Text said =
        switch (outcome) {
          case MENDED -> Text.of(DriftReport.class, "mend.mended", what.said());
          case GIVEN_UP -> Text.of(DriftReport.class, "mend.given-up", what.said());
          case FAILED ->
              Text.of(DriftReport.class, "mend.failed", what.said(), why.orElse(what).said());
        };
    return program.map(name -> Text.of(DriftReport.class, "mend.by", said, name)).orElse(said);
  }

  /** The same with its messages in a language. */
  public DriftReport in(Locale locale) {
    return new DriftReport(
        node, outcome, what.in(locale), why.map(each -> each.in(locale)), program, atSeconds);
  }

  /** What the agent of a machine did lately, the latest last; nothing if there is no agent. */
  public static List<DriftReport> all(Machine machine) {
    return HostAgent.mends(machine).stream().flatMap(DriftReport::read).toList();
  }

  private static Stream<DriftReport> read(String line) {
    try {
      return Stream.of(CODEC.read(line));
    } catch (UnreadableDocument e) {
      // An agent of another version.
      return Stream.empty();
    }
  }
}
