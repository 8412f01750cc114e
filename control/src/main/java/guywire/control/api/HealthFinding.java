package guywire.control.api;

import guywire.network.managed.Report;
import guywire.network.text.Severity;
import guywire.network.text.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Something of a running network that is not as it should be: what, where, and how to mend it.
 *
 * @param source who found it
 * @param code a word for programs, or the code of a fault
 * @param severity how bad it is
 * @param node the node or device that it is about
 * @param line of the definition; 0 for none
 * @param since since when, if that is known
 * @param what what is wrong
 * @param mend how to mend it
 * @param words what fills the last place of what is wrong, where a node brings words of its own
 * @param remedy what the API can do about it at once
 */
record HealthFinding(
    Source source,
    String code,
    Severity severity,
    Optional<String> node,
    int line,
    Optional<Instant> since,
    Text what,
    Text mend,
    Optional<Report.Words> words,
    Optional<Remedy> remedy) {

  /** Who found it. */
  enum Source {
    /** The prover, in the definition. */
    DEFINITION,
    /** By what nodes told, or do not tell any more. */
    NODE,
    /** The server, in what it keeps. */
    SERVER
  }

  /**
   * What can be done at once.
   *
   * @param kind which call it is
   * @param about the host or device that it is done to
   */
  record Remedy(Kind kind, String about) {
    /** The calls. */
    enum Kind {
      /** Approve a host. */
      APPROVE,
      /** Let a device in for longer. */
      PROLONG
    }
  }

  /** One that the server finds, with its words under its code. */
  static HealthFinding of(
      Source source, String code, Severity severity, String node, Object... arguments) {
    return of(source, code, severity, Optional.of(node), arguments);
  }

  /** One of the server itself. */
  static HealthFinding ofServer(String code, Severity severity, Object... arguments) {
    return of(Source.SERVER, code, severity, Optional.empty(), arguments);
  }

  private static HealthFinding of(
      Source source, String code, Severity severity, Optional<String> node, Object... arguments) {
    return new HealthFinding(
        source,
        code,
        severity,
        node,
        0,
        Optional.empty(),
        Text.of(HealthFinding.class, "health." + code, arguments),
        Text.of(HealthFinding.class, "health." + code + ".mend", arguments),
        Optional.empty(),
        Optional.empty());
  }

  HealthFinding saying(Report.Words said) {
    return new HealthFinding(
        source, code, severity, node, line, since, what, mend, Optional.of(said), remedy);
  }

  HealthFinding since(Optional<Instant> when) {
    return new HealthFinding(source, code, severity, node, line, when, what, mend, words, remedy);
  }

  HealthFinding by(Remedy.Kind kind, String about) {
    return new HealthFinding(
        source,
        code,
        severity,
        node,
        line,
        since,
        what,
        mend,
        words,
        Optional.of(new Remedy(kind, about)));
  }

  ObjectNode form(Locale locale) {
    var form = ApiJson.object();
    form.put("source", word(source));
    form.put("code", code);
    form.put("severity", severity.word());
    node.ifPresent(name -> form.put("node", name));
    if (line > 0) {
      form.put("line", line);
    }
    since.ifPresent(when -> form.put("since", when.toString()));
    form.put("what", words.map(said -> filled(said, locale)).orElse(what).in(locale));
    form.put("mend", mend.in(locale));
    remedy.ifPresent(
        one -> form.putObject("remedy").put("kind", word(one.kind())).put("about", one.about()));
    return form;
  }

  private Text filled(Report.Words said, Locale locale) {
    var arguments = new ArrayList<>(what.arguments());
    boolean chinese = locale.getLanguage().equals(Locale.SIMPLIFIED_CHINESE.getLanguage());
    arguments.add(chinese ? said.chinese() : said.english());
    return new Text(what.bundle(), what.key(), arguments);
  }

  private static String word(Enum<?> one) {
    return one.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
