package guywire.control.api;

import guywire.control.change.Imports;
import guywire.control.change.Imports.Seen;
import guywire.format.input.Format;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.network.text.Finding;
import guywire.network.text.Severity;
import guywire.recognise.FileCollector;
import guywire.recognise.FoundPath;
import guywire.recognise.HostFiles;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What becomes of the files that hosts have, as a definition; nothing of them is kept. */
final class ImportCalls {

  private static final int MOST_FILES = 300;
  private static final int LONGEST_PATH = 400;
  private static final int DEEPEST_PATH = 20;

  /** In characters, of all files together; the body that holds them may be twice as long. */
  private static final int LONGEST_TEXT = 1 << 20;

  private static final int LONGEST_NAME = 63;

  /** Of what is to be said so much is told; the first explain the others. */
  private static final int MOST_FINDINGS = 500;

  private final Imports imports;

  ImportCalls(Imports imports) {
    this.imports = imports;
  }

  Reply look(Call call) {
    var body = call.body();
    var network = name(body, "network").orElse(new Name("network"));
    var host = name(body, "host");
    var files = files(body.objects("files", MOST_FILES));
    body.complete();
    return switch (imports.look(new Imports.Sent(files, network, host))) {
      case Seen.Found found -> Reply.ok(form(files, found, call.locale()));
      case Seen.Nothing nothing -> {
        var form = form(files, nothing.files());
        put(form, nothing.findings(), call.locale());
        form.putArray("networks");
        yield Reply.ok(form);
      }
      case Seen.TooMany many ->
          throw Problem.of(
              413,
              "too-many-machines",
              String.valueOf(many.machines()),
              String.valueOf(many.prefixes()));
      case Seen.UnknownHost unknown -> throw Problem.of(422, "unknown-host", unknown.host().text());
    };
  }

  private static List<FileCollector.Found> files(List<Body> sent) {
    if (sent.isEmpty()) {
      throw Problem.of(400, "missing", "files");
    }
    var files = new ArrayList<FileCollector.Found>();
    var places = new HashSet<List<String>>();
    long length = 0;
    for (var each : sent) {
      String path = each.needed("path", LONGEST_PATH);
      String text = each.needed("text", LONGEST_TEXT);
      var host = name(each, "host");
      each.complete();
      length += text.length();
      if (length > LONGEST_TEXT) {
        throw Problem.of(413, "too-much-text", String.valueOf(LONGEST_TEXT));
      }
      var at = at(path);
      if (!places.add(at.parts())) {
        throw Problem.of(400, "same-path", path);
      }
      files.add(new FileCollector.Found(at, path, Optional.of(text), OptionalInt.empty(), host));
    }
    return files;
  }

  /**
   * A path as a browser tells it, which leads to no file of this machine: of a directory that was
   * given its name comes first.
   */
  private static FoundPath at(String path) {
    var parts = List.of(path.split("/", -1));
    boolean isPath =
        parts.size() <= DEEPEST_PATH
            && path.indexOf('\\') < 0
            && path.chars().noneMatch(Character::isISOControl)
            && parts.stream()
                .noneMatch(part -> part.isBlank() || part.equals(".") || part.equals(".."));
    if (!isPath) {
      throw Problem.of(400, "bad-path");
    }
    return new FoundPath(parts, 1);
  }

  private static ObjectNode form(List<FileCollector.Found> files, Seen.Found found, Locale locale) {
    var recognition = found.recognition();
    var form = form(files, found.files());
    put(form, recognition.findings(), locale);
    var networks = form.putArray("networks");
    found.networks().forEach(hosts -> names(networks.addArray(), hosts));
    form.put("network", recognition.network().text());
    form.put("definition", recognition.definition(locale));
    recognition.diff().ifPresent(diff -> form.set("difference", ApiJson.difference(diff, locale)));
    var assumed = form.putArray("assumed");
    recognition.assumed().forEach(text -> assumed.add(text.in(locale)));
    return form;
  }

  /** What became of each file. */
  private static ObjectNode form(List<FileCollector.Found> files, HostFiles collected) {
    var read = new HashMap<String, SourceFile>();
    var hosts = new HashMap<String, Name>();
    collected
        .byHost()
        .forEach((host, some) ->
            some.forEach(file -> {
              read.put(file.name(), file);
              hosts.put(file.name(), host);
            }));
    var unread = unread(collected.findings());
    var form = ApiJson.object();
    var all = form.putArray("files");
    for (var file : files) {
      var entry = all.addObject();
      entry.put("path", file.name());
      var source = Optional.ofNullable(read.get(file.name()));
      var format = source.flatMap(Format::detect);
      entry.put("read", format.isPresent());
      format.ifPresent(word -> entry.put("format", word(word)));
      Optional.ofNullable(hosts.get(file.name())).ifPresent(host -> entry.put("host", host.text()));
      entry.put("configuration", source.isPresent() || unread.contains(file.name()));
    }
    return form;
  }

  private static Set<String> unread(List<Finding> findings) {
    var names = new LinkedHashSet<String>();
    findings.stream()
        .filter(finding -> finding.severity() != Severity.INFO)
        .forEach(finding -> names.add(finding.place().file()));
    return names;
  }

  private static void put(ObjectNode form, List<Finding> findings, Locale locale) {
    var all = form.putArray("findings");
    for (var finding : findings.subList(0, Math.min(MOST_FINDINGS, findings.size()))) {
      all.add(ApiJson.finding(finding, locale).put("file", finding.place().file()));
    }
    form.put("findings-left-out", Math.max(0, findings.size() - MOST_FINDINGS));
  }

  private static void names(ArrayNode array, List<Name> names) {
    names.forEach(name -> array.add(name.text()));
  }

  /** What the platform or program is called whose files these are. */
  private static String word(Format format) {
    return WORDS.getOrDefault(format, format.name().toLowerCase(Locale.ROOT));
  }

  private static final Map<Format, String> WORDS =
      Map.of(
          Format.WG_QUICK, "wg-quick",
          Format.WG_DUMP, "wg-dump",
          Format.VYATTA, "vyos",
          Format.SENSE, "opnsense",
          Format.SECRET_KEY, "key");

  private static Optional<Name> name(Body body, String member) {
    return body.text(member, LONGEST_NAME)
        .map(text -> Name.tryParse(text).orElseThrow(() -> Problem.of(400, "bad-name", member)));
  }
}
