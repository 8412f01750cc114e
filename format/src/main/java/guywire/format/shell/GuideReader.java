package guywire.format.shell;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.shell.GuideBlock.GuidePeer;
import guywire.format.shell.GuideBlock.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Finds the configurations in a guide: between fences or, where a page has lost them, between other
 * text.
 */
final class GuideReader {

  /** A setting; a comment behind it is not part of the value. */
  private static final Pattern SETTING = Pattern.compile("\\s*([A-Za-z]+)\\s*=\\s*([^#]*).*");

  /** A line longer than this is none that people write in a guide. */
  private static final int LONGEST = 1000;

  private static final int LONGEST_HEADING = 200;

  private static final Pattern SECTION = Pattern.compile("(?i)\\[ *(Interface|Peer) *\\].*");
  private static final Pattern HEADING = Pattern.compile("\\s*(#{1,6}\\s+|\\*\\*).*");

  /** A heading's number, and what is said of the file rather than of the host. */
  private static final Pattern NUMBER =
      Pattern.compile("^\\s*[#>*\\s]*(?:[0-9一二三四五六七八九十]+[.、)）])*\\s*(?:[0-9]+\\s+)?");

  private static final Pattern OF_THE_FILE =
      Pattern.compile(
          "(?i)[(（][^()（）]*/[^()（）]*[)）]|\\{#[^}]*\\}|[`*:：]|\\b(config(uration)?|example|template|file|the)\\b"
              + "|配置文件|配置|模板|示例|详解|的");

  /** What words about keys have beside whose key it is. */
  private static final Pattern ABOUT_KEYS =
      Pattern.compile("(?i)priv(ate)?|pub(lic)?|key|your|'s|s'|base64|私钥|公钥|密钥|的|[^\\p{L}\\p{N}]");

  /** An address whose last part is left open: 10.0.0.A. */
  private static final Pattern LETTERED =
      Pattern.compile("\\b((?:[0-9]{1,3}\\.){3})([A-Z])(?=[/:,\\s]|$)");

  /** The settings whose values are addresses, and those that only a peer's entry has. */
  private static final Set<String> ADDRESSES = Set.of("address", "allowedips", "endpoint");

  private static final Set<String> OF_PEERS = Set.of("publickey", "endpoint");

  private final int first;
  private final List<Line> lines = new ArrayList<>();
  private final List<GuidePeer> peers = new ArrayList<>();
  private final List<IpAddress> addresses = new ArrayList<>();
  private Optional<String> privateKey = Optional.empty();
  private String listenPort = "";
  private int interfaces;
  private Optional<Entry> entry = Optional.empty();
  private String comment = "";

  /** The entry of a peer that is being read. */
  private static final class Entry {
    private final int line;
    private String publicKey = "";
    private String endpoint = "";
    private final List<Prefix> allowed = new ArrayList<>();
    private final Set<String> comments = new TreeSet<>();

    private Entry(int line) {
      this.line = line;
    }

    GuidePeer read() {
      return new GuidePeer(line, publicKey, core(publicKey), endpoint, allowed, comments);
    }
  }

  private GuideReader(int first) {
    this.first = first;
  }

  /** All configurations of a page, whole or not. */
  static List<GuideBlock> blocks(String page) {
    String[] lines = page.split("\r?\n", -1);
    boolean fenced = List.of(lines).stream().anyMatch(GuideReader::isFence);
    var blocks = new ArrayList<GuideBlock>();
    String heading = "";
    for (int i = 0; i < lines.length; i++) {
      if (fenced && isFence(lines[i])) {
        int end = i + 1;
        while (end < lines.length && !isFence(lines[end])) {
          end++;
        }
        block(lines, i + 1, end, heading).ifPresent(blocks::add);
        i = end;
      } else if (!fenced && lines[i].strip().matches("(?i)\\[ *Interface *\\].*")) {
        int end = i;
        while (end < lines.length && isOfConfiguration(lines[end])) {
          end++;
        }
        block(lines, i, end, heading).ifPresent(blocks::add);
        i = end - 1;
      } else if (fenced ? HEADING.matcher(lines[i]).matches() : !lines[i].isBlank()) {
        heading = lines[i].substring(0, Math.min(lines[i].length(), LONGEST_HEADING));
      }
    }
    return blocks;
  }

  private static boolean isFence(String line) {
    return line.strip().startsWith("```") || line.strip().startsWith("~~~");
  }

  private static boolean isOfConfiguration(String line) {
    String text = line.strip();
    return text.isEmpty()
        || text.startsWith("#")
        || SECTION.matcher(text).matches()
        || SETTING.matcher(text).matches();
  }

  private static Optional<GuideBlock> block(String[] lines, int from, int to, String heading) {
    var reader = new GuideReader(from);
    for (int i = from; i < to; i++) {
      reader.take(lines[i]);
    }
    reader.endEntry();
    return reader.interfaces == 1 ? Optional.of(reader.block(heading)) : Optional.empty();
  }

  private GuideBlock block(String heading) {
    String host = OF_THE_FILE.matcher(NUMBER.matcher(heading).replaceFirst("")).replaceAll(" ");
    return new GuideBlock(
        first,
        host,
        core(host),
        lines,
        peers,
        addresses,
        listenPort,
        privateKey,
        core(privateKey.orElse("")));
  }

  private void take(String text) {
    boolean isComment = text.strip().startsWith("#");
    var section = SECTION.matcher(text.strip());
    var setting = SETTING.matcher(text);
    if (section.matches()) {
      endEntry();
      if (section.group(1).equalsIgnoreCase("peer")) {
        entry = Optional.of(new Entry(first + lines.size()));
        remark(comment);
        remark(text);
      } else {
        interfaces++;
      }
      lines.add(new Line(text, "", "", OptionalInt.empty()));
    } else if (text.length() <= LONGEST && !isComment && setting.matches()) {
      set(text, setting.group(1).toLowerCase(Locale.ROOT), setting.group(2).strip());
    } else {
      lines.add(new Line(text, "", "", OptionalInt.empty()));
      remark(text);
    }
    // One above an entry is about it, also with an empty line between.
    comment = isComment ? text : text.isBlank() ? comment : "";
  }

  private void endEntry() {
    entry.map(Entry::read).ifPresent(peers::add);
    entry = Optional.empty();
  }

  private void set(String written, String key, String value) {
    String closed = ADDRESSES.contains(key) ? closed(value) : value;
    boolean misplaced = entry.isEmpty() && OF_PEERS.contains(key);
    var line =
        new Line(
            written,
            misplaced ? "" : key,
            closed,
            entry.isPresent() ? OptionalInt.of(peers.size()) : OptionalInt.empty());
    lines.add(
        closed.equals(value) ? line : new Line(line.with(closed), line.key(), closed, line.peer()));
    if (key.equals("publickey")) {
      remark(written);
    }
    entry.ifPresentOrElse(peer -> ofPeer(peer, key, closed), () -> ofInterface(key, closed));
  }

  /** What is said beside a peer's entry before its first allowed IP: of whom it speaks. */
  private void remark(String text) {
    if (text.length() <= LONGEST && text.contains("#")) {
      String about = core(text.substring(text.indexOf('#')));
      entry
          .filter(peer -> peer.allowed.isEmpty() && !about.isEmpty())
          .ifPresent(peer -> peer.comments.add(about));
    }
  }

  /** An address with a number in place of the letter that stands for one: A is 1. */
  private static String closed(String value) {
    return LETTERED
        .matcher(value)
        .replaceAll(found -> found.group(1) + (found.group(2).charAt(0) - 'A' + 1));
  }

  private void ofInterface(String key, String value) {
    switch (key) {
      case "privatekey" -> privateKey = Optional.of(value);
      case "listenport" -> listenPort = value;
      case "address" -> addresses.addAll(addresses(value));
      default -> {}
    }
  }

  private static void ofPeer(Entry peer, String key, String value) {
    switch (key) {
      case "publickey" -> peer.publicKey = value;
      case "endpoint" -> peer.endpoint = value;
      case "allowedips" ->
          words(value).forEach(word -> Prefix.tryParse(word).ifPresent(peer.allowed::add));
      default -> {}
    }
  }

  private static List<IpAddress> addresses(String value) {
    return words(value).stream()
        .flatMap(word -> IpAddress.tryParse(word.replaceFirst("/.*", "")).stream())
        .toList();
  }

  private static List<String> words(String value) {
    return List.of(value.split("[\\s,]+"));
  }

  /** Whose key a word is about, without what says that it is one: "A" of "&lt;A's public key>". */
  private static String core(String word) {
    return ABOUT_KEYS.matcher(word).replaceAll("").toLowerCase(Locale.ROOT);
  }
}
