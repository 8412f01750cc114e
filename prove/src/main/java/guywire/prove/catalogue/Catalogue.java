package guywire.prove.catalogue;

import guywire.network.text.Severity;
import guywire.network.text.Text;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Every fault that Guywire knows, for people to look up: what they notice, the cause and the mend.
 * What was found in a network stands in its findings, which name the code.
 */
public final class Catalogue {

  /** What a fault is about. */
  public enum FaultGroup {
    KEYS,
    ADDRESSES,
    ENDPOINTS,
    ROUTING,
    LIFE;

    /** Its heading. */
    public Text heading() {
      return Text.of(Catalogue.class, "group." + name().toLowerCase(Locale.ROOT));
    }
  }

  /** What has to be at hand for a fault to be seen. */
  public enum Sight {
    /** Configuration files alone. */
    FILES,
    /** Files, and something about the hosts that no file says. */
    FACTS,
    /** Scripts, or guides. */
    COMMANDS,
    /** The running network; no check of files finds it. */
    LIVE;

    /** Its name for people. */
    public Text text() {
      return Text.of(Catalogue.class, "sight." + name().toLowerCase(Locale.ROOT));
    }
  }

  /**
   * A fault.
   *
   * @param code its code, such as F12
   * @param group what it is about
   * @param severity how bad it is, as a rule; a milder shape of it may be less
   * @param sight what shows it
   */
  public record Entry(String code, FaultGroup group, Severity severity, Sight sight) {

    /** A short name. */
    public Text name() {
      return text("name");
    }

    /** What people notice. */
    public Text notice() {
      return text("notice");
    }

    /** Where it comes from. */
    public Text cause() {
      return text("cause");
    }

    /** What removes it. */
    public Text mend() {
      return text("mend");
    }

    /** Why no check can see it, if none can. */
    public Optional<Text> unseen() {
      return sight == Sight.LIVE ? Optional.of(text("unseen")) : Optional.empty();
    }

    private Text text(String word) {
      return Text.of(Catalogue.class, code + "." + word);
    }
  }

  private static final List<Entry> ENTRIES =
      List.of(
          entry("F01", FaultGroup.KEYS, Severity.ERROR, Sight.FILES),
          entry("F02", FaultGroup.KEYS, Severity.ERROR, Sight.FILES),
          entry("F03", FaultGroup.KEYS, Severity.ERROR, Sight.FILES),
          entry("F04", FaultGroup.KEYS, Severity.ERROR, Sight.FILES),
          entry("F05", FaultGroup.KEYS, Severity.WARNING, Sight.FILES),
          entry("F06", FaultGroup.KEYS, Severity.ERROR, Sight.FILES),
          entry("F07", FaultGroup.KEYS, Severity.ERROR, Sight.FILES),
          entry("F08", FaultGroup.KEYS, Severity.ERROR, Sight.FILES),
          entry("F09", FaultGroup.KEYS, Severity.ERROR, Sight.FILES),
          entry("F10", FaultGroup.ADDRESSES, Severity.ERROR, Sight.FILES),
          entry("F11", FaultGroup.ADDRESSES, Severity.WARNING, Sight.FILES),
          entry("F12", FaultGroup.ADDRESSES, Severity.ERROR, Sight.FILES),
          entry("F13", FaultGroup.ADDRESSES, Severity.WARNING, Sight.FILES),
          entry("F14", FaultGroup.ADDRESSES, Severity.ERROR, Sight.FILES),
          entry("F15", FaultGroup.ADDRESSES, Severity.WARNING, Sight.FILES),
          entry("F16", FaultGroup.ADDRESSES, Severity.ERROR, Sight.FILES),
          entry("F17", FaultGroup.ADDRESSES, Severity.ERROR, Sight.FILES),
          entry("F18", FaultGroup.ADDRESSES, Severity.ERROR, Sight.FILES),
          entry("F19", FaultGroup.ADDRESSES, Severity.WARNING, Sight.FILES),
          entry("F20", FaultGroup.ADDRESSES, Severity.WARNING, Sight.FILES),
          entry("F21", FaultGroup.ADDRESSES, Severity.WARNING, Sight.FILES),
          entry("F22", FaultGroup.ADDRESSES, Severity.WARNING, Sight.FILES),
          entry("F23", FaultGroup.ADDRESSES, Severity.INFO, Sight.FILES),
          entry("F24", FaultGroup.ENDPOINTS, Severity.ERROR, Sight.FILES),
          entry("F25", FaultGroup.ENDPOINTS, Severity.ERROR, Sight.FILES),
          entry("F26", FaultGroup.ENDPOINTS, Severity.ERROR, Sight.FACTS),
          entry("F27", FaultGroup.ENDPOINTS, Severity.ERROR, Sight.FILES),
          entry("F28", FaultGroup.ENDPOINTS, Severity.ERROR, Sight.FACTS),
          entry("F29", FaultGroup.ENDPOINTS, Severity.WARNING, Sight.FILES),
          entry("F30", FaultGroup.ENDPOINTS, Severity.INFO, Sight.FILES),
          entry("F31", FaultGroup.ENDPOINTS, Severity.WARNING, Sight.FILES),
          entry("F32", FaultGroup.ENDPOINTS, Severity.WARNING, Sight.FACTS),
          entry("F33", FaultGroup.ENDPOINTS, Severity.WARNING, Sight.FACTS),
          entry("F34", FaultGroup.ENDPOINTS, Severity.ERROR, Sight.FILES),
          entry("F35", FaultGroup.ENDPOINTS, Severity.WARNING, Sight.FACTS),
          entry("F36", FaultGroup.ENDPOINTS, Severity.WARNING, Sight.FILES),
          entry("F37", FaultGroup.ENDPOINTS, Severity.ERROR, Sight.FILES),
          entry("F38", FaultGroup.ENDPOINTS, Severity.ERROR, Sight.FILES),
          entry("F39", FaultGroup.ENDPOINTS, Severity.INFO, Sight.LIVE),
          entry("F40", FaultGroup.ROUTING, Severity.ERROR, Sight.FACTS),
          entry("F41", FaultGroup.ROUTING, Severity.WARNING, Sight.FACTS),
          entry("F42", FaultGroup.ENDPOINTS, Severity.INFO, Sight.LIVE),
          entry("F43", FaultGroup.ROUTING, Severity.ERROR, Sight.FILES),
          entry("F44", FaultGroup.ROUTING, Severity.WARNING, Sight.FILES),
          entry("F45", FaultGroup.ROUTING, Severity.ERROR, Sight.FACTS),
          entry("F46", FaultGroup.ROUTING, Severity.WARNING, Sight.FILES),
          entry("F47", FaultGroup.ROUTING, Severity.ERROR, Sight.FILES),
          entry("F48", FaultGroup.ROUTING, Severity.ERROR, Sight.FILES),
          entry("F49", FaultGroup.ROUTING, Severity.WARNING, Sight.FACTS),
          entry("F50", FaultGroup.ROUTING, Severity.ERROR, Sight.FILES),
          entry("F51", FaultGroup.ROUTING, Severity.WARNING, Sight.FILES),
          entry("F52", FaultGroup.ROUTING, Severity.WARNING, Sight.FACTS),
          entry("F53", FaultGroup.ROUTING, Severity.ERROR, Sight.FILES),
          entry("F54", FaultGroup.ROUTING, Severity.ERROR, Sight.FILES),
          entry("F55", FaultGroup.ROUTING, Severity.ERROR, Sight.FILES),
          entry("F56", FaultGroup.ROUTING, Severity.WARNING, Sight.FILES),
          entry("F57", FaultGroup.ROUTING, Severity.WARNING, Sight.FACTS),
          entry("F58", FaultGroup.LIFE, Severity.ERROR, Sight.FILES),
          entry("F59", FaultGroup.LIFE, Severity.ERROR, Sight.FILES),
          entry("F60", FaultGroup.LIFE, Severity.ERROR, Sight.FILES),
          entry("F61", FaultGroup.LIFE, Severity.WARNING, Sight.FACTS),
          entry("F62", FaultGroup.LIFE, Severity.ERROR, Sight.FACTS),
          entry("F63", FaultGroup.LIFE, Severity.WARNING, Sight.FILES),
          entry("F64", FaultGroup.LIFE, Severity.WARNING, Sight.COMMANDS),
          entry("F65", FaultGroup.LIFE, Severity.INFO, Sight.COMMANDS),
          entry("F66", FaultGroup.LIFE, Severity.ERROR, Sight.FILES),
          entry("F67", FaultGroup.LIFE, Severity.ERROR, Sight.FILES),
          entry("F68", FaultGroup.LIFE, Severity.ERROR, Sight.FILES),
          entry("F69", FaultGroup.LIFE, Severity.INFO, Sight.FILES),
          entry("F70", FaultGroup.KEYS, Severity.WARNING, Sight.FILES),
          entry("F71", FaultGroup.KEYS, Severity.ERROR, Sight.FILES),
          entry("F72", FaultGroup.LIFE, Severity.WARNING, Sight.FACTS),
          entry("F73", FaultGroup.ADDRESSES, Severity.INFO, Sight.FILES),
          entry("F74", FaultGroup.LIFE, Severity.INFO, Sight.FILES),
          entry("F75", FaultGroup.LIFE, Severity.ERROR, Sight.FILES));

  private Catalogue() {}

  private static Entry entry(String code, FaultGroup group, Severity severity, Sight sight) {
    return new Entry(code, group, severity, sight);
  }

  /** All entries, by code. */
  public static List<Entry> entries() {
    return ENTRIES;
  }

  /** The entry of a code, upper or lower case. */
  public static Optional<Entry> of(String code) {
    return ENTRIES.stream().filter(entry -> entry.code().equalsIgnoreCase(code)).findFirst();
  }
}
