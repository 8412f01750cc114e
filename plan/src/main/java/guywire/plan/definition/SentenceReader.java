package guywire.plan.definition;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.network.ForwardPermission;
import guywire.network.Transport;
import guywire.network.text.Place;
import guywire.plan.definition.Definition.Ref;
import guywire.plan.definition.ExpectLine.Down;
import guywire.plan.definition.ExpectLine.Source;
import guywire.plan.definition.ExpectLine.ThroughPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads the sentences of {@code policy} and {@code expect}.
 *
 * <pre>
 * policy:  NAMES may [not] reach NAMES | each other [on SERVICES]
 *          NAMES may forward through NODES to NAMES [on SERVICES]
 * expect:  NAMES reach[es] NAMES | each other [on SERVICES] [via NAMES | directly]
 *                [keeping source | as NODE | as ADDRESS] [over ipv4 | over ipv6]
 *                [when DOWN, ... is | are down] | [within TIME when DOWN, ... dies | die]
 *                [through forward NODE:PORT]
 *          NAMES [is | are] blocked from NAMES | each other [on SERVICES] [over ...] [when ...]
 *          NAMES resolve[s] NAMES [to ADDRESSES]
 * DOWN:    a NODE, a SITE, or NODE - NODE for the direct way between two
 * TIME:    3 s, 500 ms
 * </pre>
 */
final class SentenceReader {

  private static final Pattern TOKEN = Pattern.compile("[^\\s,]+|,");
  private static final Pattern TIME = Pattern.compile("([0-9]+)(s|ms|)");
  private static final int MOST_TIME_DIGITS = 6;

  /** A port behind a name or address, as other programs write it. */
  private static final Pattern WITH_PORT =
      Pattern.compile("([^:\\[\\]]+|\\[[0-9a-fA-F:.]+])(?::)([\\p{L}0-9/-]+)");

  /** A port that a gateway opens when it is asked to. */
  private static final Pattern OPENED = Pattern.compile("([^:]+):([1-9][0-9]{3,4})");

  private static final Set<String> VERBS =
      Set.of("may", "reach", "reaches", "is", "are", "blocked", "resolve", "resolves");
  private static final Set<String> ENDS =
      Set.of("on", "via", "directly", "keeping", "as", "over", "to", "when", "within", "through");

  /** Thrown within this class when a sentence goes wrong; the finding is already made. */
  private static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unreadable() {
      super("", null, false, false);
    }
  }

  private final YamlValues values;
  private final Word line;
  private final String grammar;
  private final List<Word> tokens = new ArrayList<>();
  private int at;

  private SentenceReader(YamlValues values, Word line, String grammar) {
    this.values = values;
    this.line = line;
    this.grammar = grammar;
    var matcher = TOKEN.matcher(line.text());
    var place = line.place();
    while (matcher.find()) {
      var there = new Place(place.file(), place.line(), place.column() + matcher.start());
      tokens.add(new Word(matcher.group(), there));
    }
  }

  /** A line of policy, or empty and a finding. */
  static Optional<PolicyLine> policy(YamlValues values, Word line) {
    var reader = new SentenceReader(values, line, "policy-grammar");
    try {
      return Optional.of(reader.policy());
    } catch (Unreadable e) {
      return Optional.empty();
    }
  }

  /** A line of expectation, or empty and a finding. */
  static Optional<ExpectLine> expect(YamlValues values, Word line) {
    var reader = new SentenceReader(values, line, "expect-grammar");
    try {
      return Optional.of(reader.expect());
    } catch (Unreadable e) {
      return Optional.empty();
    }
  }

  private PolicyLine policy() {
    var from = names(VERBS);
    expectWord("may");
    if (accept("forward")) {
      return forward(from);
    }
    boolean allow = !accept("not");
    expectWord("reach");
    var to = objects(from);
    List<Service> services = accept("on") ? services() : List.of();
    end();
    return new PolicyLine(allow, from, to, services, line.place(), line.text());
  }

  private PolicyLine forward(List<Ref> from) {
    expectWord("through");
    var gateways = names(ENDS);
    expectWord("to");
    var to = names(ENDS);
    int before = at;
    List<Service> services = accept("on") ? services() : List.of();
    if (services.stream().anyMatch(service -> service.transport() == Transport.ICMP)) {
      at = before;
      throw fail();
    }
    end();
    return new PolicyLine(true, from, to, services, gateways, line.place(), line.text());
  }

  private ExpectLine expect() {
    var from = names(VERBS);
    if (accept("resolve") || accept("resolves")) {
      var names = names(ENDS);
      List<IpAddress> addresses = accept("to") ? addresses() : List.of();
      end();
      return new ExpectLine.Resolve(from, names, addresses, line.place(), line.text());
    }
    boolean arrives = accept("reach") || accept("reaches");
    if (!arrives) {
      if (!accept("is")) {
        accept("are");
      }
      expectWord("blocked");
      expectWord("from");
    }
    var to = objects(from);
    return qualified(arrives, from, to);
  }

  private ExpectLine qualified(boolean arrives, List<Ref> from, List<Ref> to) {
    List<Service> services = List.of();
    List<Ref> via = List.of();
    boolean direct = false;
    Optional<Source> source = Optional.empty();
    Optional<Family> family = Optional.empty();
    List<Down> down = List.of();
    Optional<Duration> within = Optional.empty();
    Optional<ThroughPort> forward = Optional.empty();
    while (at < tokens.size()) {
      if (accept("on")) {
        services = services();
      } else if (arrives && !direct && accept("via")) {
        via = names(ENDS);
      } else if (arrives && via.isEmpty() && accept("directly")) {
        direct = true;
      } else if (arrives && accept("keeping")) {
        expectWord("source");
        source = Optional.of(new Source.Kept());
      } else if (arrives && accept("as")) {
        source = Optional.of(source());
      } else if (accept("over")) {
        family = Optional.of(accept("ipv4") ? Family.IPV4 : ipv6());
      } else if (forward.isEmpty() && accept("through")) {
        expectWord("forward");
        forward = Optional.of(opened());
      } else if (arrives && down.isEmpty() && accept("within")) {
        within = Optional.of(time());
        expectWord("when");
        down = down("dies", "die");
      } else if (down.isEmpty() && accept("when")) {
        down = down("is", "are");
        expectWord("down");
      } else {
        throw fail();
      }
    }
    return new ExpectLine.Reach(
        arrives,
        from,
        to,
        services,
        via,
        direct,
        source,
        family,
        down,
        within,
        forward,
        line.place(),
        line.text());
  }

  /** A time such as {@code 3 s}, {@code 3s} or {@code 500 ms}. */
  private Duration time() {
    var word = next();
    var parts = TIME.matcher(word.text());
    if (!parts.matches() || parts.group(1).length() > MOST_TIME_DIGITS) {
      at--;
      throw fail();
    }
    long number = Long.parseLong(parts.group(1));
    if (number == 0) {
      at--;
      throw fail();
    }
    var unit = parts.group(2).isEmpty() ? next() : new Word(parts.group(2), word.place());
    boolean seconds = unit.text().equals("s");
    if (!seconds && !unit.text().equals("ms")) {
      at--;
      throw fail();
    }
    return seconds ? Duration.ofSeconds(number) : Duration.ofMillis(number);
  }

  /** A gateway's port such as {@code home-gw:2222}. */
  private ThroughPort opened() {
    var word = next();
    var parts = OPENED.matcher(word.text());
    if (!parts.matches() || !ForwardPermission.OPENED.contains(Integer.parseInt(parts.group(2)))) {
      at--;
      throw fail();
    }
    var gateway = values.ref(new Word(parts.group(1), word.place()), "name");
    return new ThroughPort(gateway.orElseThrow(Unreadable::new), Integer.parseInt(parts.group(2)));
  }

  /** What goes down, until one of two words. */
  private List<Down> down(String one, String several) {
    var down = new ArrayList<Down>();
    do {
      var what = ref(next());
      down.add(new Down(what, accept("-") ? Optional.of(ref(next())) : Optional.empty()));
    } while (separated());
    if (!accept(one)) {
      expectWord(several);
    }
    return down;
  }

  private Family ipv6() {
    expectWord("ipv6");
    return Family.IPV6;
  }

  private Source source() {
    var word = next();
    var address = IpAddress.tryParse(word.text());
    return address.isPresent() ? new Source.Is(address.get()) : new Source.Of(ref(word));
  }

  private List<Ref> objects(List<Ref> subjects) {
    if (accept("each")) {
      expectWord("other");
      return subjects;
    }
    return names(ENDS);
  }

  /** Names separated by commas or "and"; the list ends where no separator follows. */
  private List<Ref> names(Set<String> stops) {
    var refs = new ArrayList<Ref>();
    do {
      if (at == tokens.size() || stops.contains(tokens.get(at).text())) {
        throw fail();
      }
      refs.add(ref(next()));
    } while (separated());
    return refs;
  }

  /** Takes a comma, an "and", or both. */
  private boolean separated() {
    boolean comma = accept(",");
    return accept("and") || comma;
  }

  private Ref ref(Word word) {
    var withPort = WITH_PORT.matcher(word.text());
    String host = withPort.matches() ? withPort.group(1) : word.text();
    if (IpAddress.tryParse(host.replaceAll("[\\[\\]]", "")).isPresent()) {
      values.findings().error("D10", word.place(), "reach-address", word.text(), host);
    } else if (withPort.matches()) {
      String service = service(withPort.group(2));
      values.findings().error("D10", word.place(), "reach-port", word.text(), host, service);
    } else {
      return values.ref(word, "name").orElseThrow(Unreadable::new);
    }
    throw new Unreadable();
  }

  /** How a sentence would say what others write behind a colon. */
  private static String service(String written) {
    return Service.tryParse(written).isPresent()
        ? written
        : Service.tryParse("tcp/" + written).isPresent() ? "tcp/" + written : "tcp/443";
  }

  private List<Service> services() {
    var services = new ArrayList<Service>();
    do {
      var word = next();
      var service = Service.tryParse(word.text());
      if (service.isEmpty()) {
        values.findings().error("D10", word.place(), "want-service", word.text());
        throw new Unreadable();
      }
      services.add(service.get());
    } while (separated());
    return services;
  }

  private List<IpAddress> addresses() {
    var addresses = new ArrayList<IpAddress>();
    do {
      addresses.add(values.address(next(), "to").orElseThrow(Unreadable::new).value());
    } while (separated());
    return addresses;
  }

  private Word next() {
    if (at == tokens.size()) {
      throw fail();
    }
    return tokens.get(at++);
  }

  private boolean accept(String word) {
    if (at < tokens.size() && tokens.get(at).text().equals(word)) {
      at++;
      return true;
    }
    return false;
  }

  private void expectWord(String word) {
    if (!accept(word)) {
      throw fail();
    }
  }

  private void end() {
    if (at < tokens.size()) {
      throw fail();
    }
  }

  /** Reports the word at which the sentence can't be understood. */
  private Unreadable fail() {
    if (at < tokens.size()) {
      values.findings().error("D10", tokens.get(at).place(), grammar, tokens.get(at).text());
    } else {
      values.findings().error("D10", line.place(), grammar + "-end", line.text());
    }
    return new Unreadable();
  }
}
