package guywire.format.syntax;

/** Commands for {@code uci batch}. Names are ours or checked; values are quoted. */
public final class UciScript {

  private final Lines lines = new Lines();

  /** Begins a section of a type. */
  public UciScript section(String path, String type) {
    lines.gap().add("set " + path + "=" + type);
    return this;
  }

  /** Sets an option of a section. */
  public UciScript option(String path, String option, Object value) {
    lines.add("set " + path + "." + option + "=" + quoted(value.toString()));
    return this;
  }

  /** Adds one item to a list of a section. */
  public UciScript item(String path, String option, Object value) {
    lines.add("add_list " + path + "." + option + "=" + quoted(value.toString()));
    return this;
  }

  /** Ends the changes to one configuration file. */
  public UciScript commit(String configuration) {
    lines.gap().add("commit " + configuration);
    return this;
  }

  @Override
  public String toString() {
    return lines.toString();
  }

  /** In single quotes; one inside leaves them, stands escaped, and enters them again. */
  static String quoted(String value) {
    return "'" + value.replace("'", "'\\''") + "'";
  }
}
