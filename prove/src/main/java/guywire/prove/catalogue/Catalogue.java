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
  public enum Group {
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
  public record Entry(String code, Group group, Severity severity, Sight sight) {

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
          entry("F01", Group.KEYS, Severity.ERROR, Sight.FILES),
          entry("F02", Group.KEYS, Severity.ERROR, Sight.FILES),
          entry("F03", Group.KEYS, Severity.ERROR, Sight.FILES),
          entry("F04", Group.KEYS, Severity.ERROR, Sight.FILES),
          entry("F05", Group.KEYS, Severity.WARNING, Sight.FILES),
          entry("F06", Group.KEYS, Severity.ERROR, Sight.FILES),
          entry("F07", Group.KEYS, Severity.ERROR, Sight.FILES),
          entry("F08", Group.KEYS, Severity.ERROR, Sight.FILES),
          entry("F09", Group.KEYS, Severity.ERROR, Sight.FILES),
          entry("F10", Group.ADDRESSES, Severity.ERROR, Sight.FILES),
          entry("F11", Group.ADDRESSES, Severity.WARNING, Sight.FILES),
          entry("F12", Group.ADDRESSES, Severity.ERROR, Sight.FILES),
          entry("F13", Group.ADDRESSES, Severity.WARNING, Sight.FILES),
          entry("F14", Group.ADDRESSES, Severity.ERROR, Sight.FILES),
          entry("F15", Group.ADDRESSES, Severity.WARNING, Sight.FILES),
          entry("F16", Group.ADDRESSES, Severity.ERROR, Sight.FILES),
          entry("F17", Group.ADDRESSES, Severity.ERROR, Sight.FILES),
          entry("F18", Group.ADDRESSES, Severity.ERROR, Sight.FILES),
          entry("F19", Group.ADDRESSES, Severity.WARNING, Sight.FILES),
          entry("F20", Group.ADDRESSES, Severity.WARNING, Sight.FILES),
          entry("F21", Group.ADDRESSES, Severity.WARNING, Sight.FILES),
          entry("F22", Group.ADDRESSES, Severity.WARNING, Sight.FILES),
          entry("F23", Group.ADDRESSES, Severity.INFO, Sight.FILES),
          entry("F24", Group.ENDPOINTS, Severity.ERROR, Sight.FILES),
          entry("F25", Group.ENDPOINTS, Severity.ERROR, Sight.FILES),
          entry("F26", Group.ENDPOINTS, Severity.ERROR, Sight.FACTS),
          entry("F27", Group.ENDPOINTS, Severity.ERROR, Sight.FILES),
          entry("F28", Group.ENDPOINTS, Severity.ERROR, Sight.FACTS),
          entry("F29", Group.ENDPOINTS, Severity.WARNING, Sight.FILES),
          entry("F30", Group.ENDPOINTS, Severity.INFO, Sight.FILES),
          entry("F31", Group.ENDPOINTS, Severity.WARNING, Sight.FILES),
          entry("F32", Group.ENDPOINTS, Severity.WARNING, Sight.FACTS),
          entry("F33", Group.ENDPOINTS, Severity.WARNING, Sight.FACTS),
          entry("F34", Group.ENDPOINTS, Severity.ERROR, Sight.FILES),
          entry("F35", Group.ENDPOINTS, Severity.WARNING, Sight.FACTS),
          entry("F36", Group.ENDPOINTS, Severity.WARNING, Sight.FILES),
          entry("F37", Group.ENDPOINTS, Severity.ERROR, Sight.FILES),
          entry("F38", Group.ENDPOINTS, Severity.ERROR, Sight.FILES),
          entry("F39", Group.ENDPOINTS, Severity.INFO, Sight.LIVE),
          entry("F40", Group.ROUTING, Severity.ERROR, Sight.FACTS),
          entry("F41", Group.ROUTING, Severity.WARNING, Sight.FACTS),
          entry("F42", Group.ENDPOINTS, Severity.INFO, Sight.LIVE),
          entry("F43", Group.ROUTING, Severity.ERROR, Sight.FILES),
          entry("F44", Group.ROUTING, Severity.WARNING, Sight.FILES),
          entry("F45", Group.ROUTING, Severity.ERROR, Sight.FACTS),
          entry("F46", Group.ROUTING, Severity.WARNING, Sight.FILES),
          entry("F47", Group.ROUTING, Severity.ERROR, Sight.FILES),
          entry("F48", Group.ROUTING, Severity.ERROR, Sight.FILES),
          entry("F49", Group.ROUTING, Severity.WARNING, Sight.FACTS),
          entry("F50", Group.ROUTING, Severity.ERROR, Sight.FILES),
          entry("F51", Group.ROUTING, Severity.WARNING, Sight.FILES),
          entry("F52", Group.ROUTING, Severity.WARNING, Sight.FACTS),
          entry("F53", Group.ROUTING, Severity.ERROR, Sight.FILES),
          entry("F54", Group.ROUTING, Severity.ERROR, Sight.FILES),
          entry("F55", Group.ROUTING, Severity.ERROR, Sight.FILES),
          entry("F56", Group.ROUTING, Severity.WARNING, Sight.FILES),
          entry("F57", Group.ROUTING, Severity.WARNING, Sight.FACTS),
          entry("F58", Group.LIFE, Severity.ERROR, Sight.FILES),
          entry("F59", Group.LIFE, Severity.ERROR, Sight.FILES),
          entry("F60", Group.LIFE, Severity.ERROR, Sight.FILES),
          entry("F61", Group.LIFE, Severity.WARNING, Sight.FACTS),
          entry("F62", Group.LIFE, Severity.ERROR, Sight.FACTS),
          entry("F63", Group.LIFE, Severity.WARNING, Sight.FILES),
          entry("F64", Group.LIFE, Severity.WARNING, Sight.COMMANDS),
          entry("F65", Group.LIFE, Severity.INFO, Sight.COMMANDS),
          entry("F66", Group.LIFE, Severity.ERROR, Sight.FILES),
          entry("F67", Group.LIFE, Severity.ERROR, Sight.FILES),
          entry("F68", Group.LIFE, Severity.ERROR, Sight.FILES),
          entry("F69", Group.LIFE, Severity.INFO, Sight.FILES),
          entry("F70", Group.KEYS, Severity.WARNING, Sight.FILES),
          entry("F71", Group.KEYS, Severity.ERROR, Sight.FILES),
          entry("F72", Group.LIFE, Severity.WARNING, Sight.FACTS),
          entry("F73", Group.ADDRESSES, Severity.INFO, Sight.FILES),
          entry("F74", Group.LIFE, Severity.INFO, Sight.FILES),
          entry("F75", Group.LIFE, Severity.ERROR, Sight.FILES));

  private Catalogue() {}

  private static Entry entry(String code, Group group, Severity severity, Sight sight) {
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
