package guywire.prove.catalogue;

import guywire.network.text.Text;
import guywire.prove.catalogue.Catalogue.Entry;
import guywire.prove.catalogue.Catalogue.FaultGroup;
import java.util.Locale;

/** The catalogue as a page in Markdown: docs/faults.md and its translation. */
final class FaultsPage {

  private final Locale locale;
  private final StringBuilder page = new StringBuilder();

  private FaultsPage(Locale locale) {
    this.locale = locale;
  }

  /** The page in a language. */
  static String in(Locale locale) {
    return new FaultsPage(locale).write();
  }

  private String write() {
    line("# " + say("page.title"), "", say("page.intro"), "", say("page.sight"));
    for (var group : FaultGroup.values()) {
      line("", "## " + group.heading().in(locale), "");
      line(
          "| "
              + String.join(
                  " | ",
                  say("page.code"),
                  say("page.fault"),
                  say("page.severity"),
                  say("page.seen"))
              + " |",
          "|---|---|---|---|");
      Catalogue.entries().stream().filter(entry -> entry.group() == group).forEach(this::row);
      Catalogue.entries().stream().filter(entry -> entry.group() == group).forEach(this::entry);
    }
    return page.toString();
  }

  private void row(Entry entry) {
    String name = entry.name().in(locale);
    line(
        "| [%s](#%s) | %s | %s | %s |"
            .formatted(
                entry.code(),
                entry.code().toLowerCase(Locale.ROOT),
                name,
                say("severity." + entry.severity().word()),
                entry.sight().text().in(locale)));
  }

  private void entry(Entry entry) {
    line(
        "",
        "### <a id=\"%s\"></a>%s %s"
            .formatted(
                entry.code().toLowerCase(Locale.ROOT), entry.code(), entry.name().in(locale)),
        "");
    item("entry.notice", entry.notice());
    item("entry.cause", entry.cause());
    item("entry.mend", entry.mend());
    entry.unseen().ifPresent(why -> item("entry.unseen", why));
  }

  private void item(String label, Text text) {
    line("- **" + say(label) + "**: " + text.in(locale).replace("<", "&lt;"));
  }

  private String say(String key) {
    return Text.of(FaultsPage.class, key).in(locale);
  }

  private void line(String... lines) {
    for (var line : lines) {
      page.append(line).append('\n');
    }
  }
}
