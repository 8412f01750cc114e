package guywire.format.tunnel;

import guywire.address.IpAddress;
import guywire.format.input.SourceFile;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.Notes;
import guywire.network.DnsClient;
import guywire.network.Hook;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Part;
import guywire.network.Part.Setting;
import guywire.network.PeerConfig;
import guywire.network.Places;
import guywire.network.RouteTable;
import guywire.network.Setback;
import guywire.network.Setback.SetUpStep;
import guywire.network.TunnelInterface;
import guywire.network.text.Finding;
import guywire.network.text.Place;
import guywire.network.text.Severity;
import guywire.protocol.PrivateKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads one wg-quick file line by line.
 *
 * <p>Two programs read such a file. wg-quick takes its own keys out of a section headed exactly
 * {@code [Interface]}; every other line goes to {@code wg}, which cuts it at the first {@code #},
 * deletes all white space and knows no line that it does not understand. Used once, by one thread.
 */
final class WgQuickReader {

  private static final Map<String, Long> TABLES =
      Map.of("default", 253L, "main", 254L, "local", 255L);

  private final Name node;
  private final InterfaceName name;
  private final SourceFile file;
  private final List<Finding> findings;
  private final Places.Collector places;
  private final List<Hook> hooks;
  private final SharedValues shared;
  private final List<Setback> setbacks = new ArrayList<>();

  private final List<InterfaceAddress> addresses = new ArrayList<>();
  private final List<IpAddress> servers = new ArrayList<>();
  private final List<String> domains = new ArrayList<>();
  private final List<PeerConfig> peers = new ArrayList<>();
  private Optional<PrivateKey> privateKey = Optional.empty();
  private OptionalInt port = OptionalInt.empty();
  private OptionalInt mtu = OptionalInt.empty();
  private long mark;
  private RouteTable table = new RouteTable.Auto();

  private boolean quickSection;
  private boolean anySection;
  private boolean lost;
  private Optional<WgPeerReader> peer = Optional.empty();
  private int lineNumber;
  private String line = "";
  private int cursor;

  WgQuickReader(
      Name node,
      InterfaceName name,
      SourceFile file,
      List<Finding> findings,
      Places.Collector places,
      List<Hook> hooks,
      SharedValues shared) {
    this.node = node;
    this.name = name;
    this.file = file;
    this.findings = findings;
    this.places = places;
    this.hooks = hooks;
    this.shared = shared;
  }

  /** Reads the whole file. */
  TunnelInterface read() {
    places.put(new Part.Tunnel(name), new Place(file.name(), 0, 0));
    // bash, which reads the file for wg-quick, leaves bytes of zero out.
    String content = file.content().replace("\0", "");
    int end = -1;
    while (end < content.length()) {
      int begin = end + 1;
      int next = content.indexOf('\n', begin);
      end = next < 0 ? content.length() : next;
      line = content.substring(begin, end);
      lineNumber++;
      cursor = 0;
      if (lineNumber == 1 && line.startsWith("\ufeff")) {
        refuse(SetUpStep.CONFIGURE, "F66", "wg.byte-order-mark");
        line = line.substring(1);
      }
      readLine();
    }
    endPeer();
    return new TunnelInterface(
        name,
        privateKey,
        Optional.empty(),
        addresses,
        port,
        mark,
        mtu,
        table,
        new DnsClient(servers, domains),
        peers);
  }

  private void readLine() {
    int hash = line.indexOf('#');
    String stripped = hash < 0 ? line : line.substring(0, hash);
    if (!quickSection && !isHeading(stripped)) {
      wgLine(stripped);
      return;
    }
    int equals = stripped.indexOf('=');
    String key = (equals < 0 ? stripped : stripped.substring(0, equals)).strip();
    String value = equals < 0 ? "" : stripped.substring(equals + 1).strip();
    if (key.startsWith("[")) {
      quickSection = key.equalsIgnoreCase("[Interface]");
    }
    if (!quickSection || !quickLine(key.toLowerCase(Locale.ROOT), value, hash >= 0)) {
      wgLine(stripped);
    }
  }

  private static boolean isHeading(String text) {
    int start = 0;
    while (start < text.length() && Character.isWhitespace(text.charAt(start))) {
      start++;
    }
    return start < text.length() && text.charAt(start) == '[';
  }

  private boolean quickLine(String key, String value, boolean commented) {
    switch (key) {
      case "address" -> addresses(value);
      case "dns" -> dns(value);
      case "mtu" -> mtu(value);
      case "table" -> table(value);
      case "preup" -> hook(Hook.When.PRE_UP, value, commented);
      case "postup" -> hook(Hook.When.POST_UP, value, commented);
      case "predown" -> hook(Hook.When.PRE_DOWN, value, commented);
      case "postdown" -> hook(Hook.When.POST_DOWN, value, commented);
      case "saveconfig" -> saveConfig(value);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void wgLine(String text) {
    int equals = text.indexOf('=');
    String word = withoutSpace(text, 0, equals < 0 ? text.length() : equals);
    String value = equals < 0 ? "" : withoutSpace(text, equals + 1, text.length());
    if (word.isEmpty() && equals < 0) {
      return;
    }
    if (equals < 0 && word.equalsIgnoreCase("[Interface]")) {
      endPeer();
      anySection = true;
      lost = false;
      return;
    }
    if (equals < 0 && word.equalsIgnoreCase("[Peer]")) {
      endPeer();
      anySection = true;
      lost = false;
      peer = Optional.of(new WgPeerReader(this, peers.size(), place()));
      places.put(new Part.Peer(name, peers.size()), place());
      return;
    }
    if (lost) {
      return;
    }
    String key = equals < 0 ? "" : word.toLowerCase(Locale.ROOT);
    // Below a heading that is none everything is wrong, which is said once.
    lost = word.startsWith("[") || !anySection;
    boolean known =
        anySection
            && !value.isEmpty()
            && (peer.isPresent() ? peer.get().set(key, value) : set(key, value));
    if (!known) {
      refuse(
          SetUpStep.CONFIGURE,
          "F66",
          value.isEmpty() && !key.isEmpty() ? "wg.empty" : "wg.unrecognized",
          // Never the value: it may be a key.
          word.length() > 40 ? word.substring(0, 40) : word);
    }
  }

  private boolean set(String key, String value) {
    switch (key) {
      case "privatekey" -> {
        once(Setting.PRIVATE_KEY);
        privateKey = WgValue.key(value, this).flatMap(PrivateKey::parse).filter(k -> !k.isZero());
      }
      case "listenport" -> {
        once(Setting.LISTEN_PORT);
        port = WgValue.listenPort(value, this);
      }
      case "fwmark" -> {
        once(Setting.FIREWALL_MARK);
        mark = WgValue.mark(value, this);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void once(Setting setting) {
    var part = new Part.TunnelSetting(name, setting);
    if (!places.add(part, place())) {
      warning("F66", "wg.twice", line.substring(0, Math.max(0, line.indexOf('='))).strip());
    }
  }

  private void endPeer() {
    peer.flatMap(WgPeerReader::finish).ifPresent(peers::add);
    peer = Optional.empty();
  }

  private void addresses(String value) {
    for (var word : words(value)) {
      var address = InterfaceAddress.tryParse(word);
      if (address.isEmpty()) {
        refuse(SetUpStep.ADDRESS, "F18", "wg.address", word);
      } else {
        places.put(new Part.Address(name, addresses.size()), place(word));
        addresses.add(address.get());
      }
    }
  }

  private void dns(String value) {
    places.put(new Part.TunnelSetting(name, Setting.DNS), place());
    for (var word : words(value)) {
      boolean looksLikeServer = word.matches("[0-9.]+") || word.contains(":");
      var server = IpAddress.tryParse(word);
      if (looksLikeServer && server.isPresent()) {
        servers.add(server.get());
      } else if (looksLikeServer) {
        error("F58", "wg.dns", word);
      } else {
        domains.add(word);
      }
    }
  }

  private void mtu(String value) {
    once(Setting.MTU);
    try {
      int number = Integer.parseInt(value);
      if (number >= 576 && number <= 65455) {
        mtu = OptionalInt.of(number);
        return;
      }
    } catch (NumberFormatException e) {
      // Said below, as a number out of range is.
    }
    refuse(SetUpStep.LINK, "F60", "wg.mtu", value);
  }

  private void table(String value) {
    once(Setting.TABLE);
    // Of several the last one counts, also after one that would have been refused.
    setbacks.removeIf(one -> one.step() == SetUpStep.ROUTE);
    String word = value.toLowerCase(Locale.ROOT);
    if (word.equals("auto") || word.equals("off")) {
      table = word.equals("off") ? new RouteTable.Off() : new RouteTable.Auto();
    } else if (TABLES.containsKey(value)) {
      table = new RouteTable.Number(TABLES.getOrDefault(value, 254L));
    } else if (value.matches("[1-9][0-9]{0,9}") && Long.parseLong(value) <= 0xffffffffL) {
      table = new RouteTable.Number(Long.parseLong(value));
    } else {
      refuse(SetUpStep.ROUTE, "F54", "wg.table", value);
    }
  }

  private void hook(Hook.When when, String command, boolean commented) {
    if (commented) {
      warning("F51", "wg.hook-comment", when.key());
    }
    if (!command.isEmpty()) {
      places.put(new Part.Entry(Part.Listing.HOOKS, hooks.size()), place(command));
      hooks.add(new Hook(when, command, Optional.of(name)));
    }
  }

  private void saveConfig(String value) {
    if (value.equalsIgnoreCase("true")) {
      warning("F63", "wg.save-config");
    } else if (!value.equalsIgnoreCase("false")) {
      refuse(SetUpStep.READ, "F66", "wg.save-config-value", value);
    }
  }

  private static List<String> words(String value) {
    var words = new ArrayList<String>();
    for (var word : value.split("[\\s,]+")) {
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
    return words;
  }

  /** A piece of a text, with all that {@code wg} takes for white space deleted. */
  private static String withoutSpace(String text, int begin, int end) {
    int from = begin;
    int to = end;
    while (from < to && isSpace(text.charAt(from))) {
      from++;
    }
    while (from < to && isSpace(text.charAt(to - 1))) {
      to--;
    }
    int at = from;
    while (at < to && !isSpace(text.charAt(at))) {
      at++;
    }
    if (at == to) {
      return text.substring(from, to);
    }
    var kept = new StringBuilder(to - from);
    for (int i = from; i < to; i++) {
      if (!isSpace(text.charAt(i))) {
        kept.append(text.charAt(i));
      }
    }
    return kept.toString();
  }

  private static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  InterfaceName name() {
    return name;
  }

  SharedValues shared() {
    return shared;
  }

  /** How much was reported so far. */
  int said() {
    return findings.size();
  }

  Places.Collector places() {
    return places;
  }

  /** The current line, where its value or its first word begins. */
  Place place() {
    int equals = line.indexOf('=');
    int start = equals < 0 ? 0 : equals + 1;
    while (start < line.length() && Character.isWhitespace(line.charAt(start))) {
      start++;
    }
    return new Place(file.name(), lineNumber, Math.min(start, line.length()) + 1);
  }

  /** Where a word stands in the current line; words are asked for in their order. */
  Place place(String word) {
    int column = line.indexOf(word, cursor);
    if (column < 0) {
      return place();
    }
    cursor = column;
    return new Place(file.name(), lineNumber, column + 1);
  }

  /** What fails of what the file says, in the order written. */
  List<Setback> setbacks() {
    return setbacks;
  }

  /** Reports what wg-quick, or wg behind it, ends at. */
  void refuse(SetUpStep step, String code, String key, String... arguments) {
    error(code, key, arguments);
    setBack(step);
  }

  /** The last thing reported is what setting up ends at. */
  void setBack(SetUpStep step) {
    var last = findings.getLast();
    setbacks.add(new Setback(node, name, step, last.place(), last.what()));
  }

  void error(String code, String key, String... arguments) {
    report(code, Severity.ERROR, place(), key, arguments);
  }

  void warning(String code, String key, String... arguments) {
    report(code, Severity.WARNING, place(), key, arguments);
  }

  /** Reports what is wrong; the mend is said under the same key with {@code .mend}. */
  void report(String code, Severity severity, Place where, String key, String... arguments) {
    // A value in the wrong place may be a private key.
    Object[] values = Arrays.stream(arguments).map(FileValues::withoutKeys).toArray();
    findings.add(
        new Finding(
            code,
            severity,
            Optional.of(node.text()),
            where,
            Notes.text(key, values),
            Notes.text(key + ".mend", values)));
  }
}
