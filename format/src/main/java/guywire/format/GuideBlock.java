package guywire.format;

import guywire.address.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A configuration of WireGuard as it stands in a guide, between fences or, where a page has lost
 * them, between other text.
 */
final class GuideBlock {

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

  /** What stands for an address, though it has the form of a name. */
  private static final Pattern OPEN_HOST =
      Pattern.compile("(?i)x+(\\.\\w+){3}|\\w+(\\.x+){3}|your[-_.].*|.*[-_](ip|address)|ip");

  /** An address whose last part is left open: 10.0.0.A. */
  private static final Pattern LETTERED =
      Pattern.compile("\\b((?:[0-9]{1,3}\\.){3})([A-Z])(?=[/:,\\s]|$)");

  /**
   * A line of a block.
   *
   * @param text the line
   * @param key the setting's name in small letters; empty if it is no setting
   * @param value the setting's value
   * @param peer the entry that it belongs to, if it is one of a peer
   */
  record Line(String text, String key, String value, Optional<Peer> peer) {
    /** The line with another value. */
    String with(String other) {
      return text.substring(0, text.indexOf('=') + 1) + " " + other;
    }
  }

  /** What a block says of one peer. */
  static final class Peer {
    private final int line;
    private String publicKey = "";
    private String word = "";
    private String endpoint = "";
    private final List<String> allowed = new ArrayList<>();
    private final Set<String> comments = new LinkedHashSet<>();

    private Peer(int line) {
      this.line = line;
    }

    /** The line of its block that it begins at. */
    int line() {
      return line;
    }

    String publicKey() {
      return publicKey;
    }

    /** Whose key it has, as far as the word in its place says. */
    String word() {
      return word;
    }

    /** Whom the comments beside it speak of, without what says that it is about keys. */
    Set<String> comments() {
      return comments;
    }

    /** The host of its endpoint, if that is one and not a word that stands for one. */
    Optional<String> endpointHost() {
      int colon = endpoint.lastIndexOf(':');
      String host = colon < 0 ? "" : endpoint.substring(0, colon).replaceAll("^\\[|\\]$", "");
      boolean isHost =
          IpAddress.tryParse(host).isPresent()
              || (host.matches("[A-Za-z0-9_.-]+")
                  && host.contains(".")
                  && !OPEN_HOST.matcher(host).matches());
      return isHost ? Optional.of(host) : Optional.empty();
    }

    OptionalInt endpointPort() {
      String port = endpoint.substring(endpoint.lastIndexOf(':') + 1).strip();
      return port.matches("[0-9]{1,5}") && Integer.parseInt(port) <= 65535
          ? OptionalInt.of(Integer.parseInt(port))
          : OptionalInt.empty();
    }

    boolean namesAddressOf(GuideBlock block) {
      return block.addresses.stream()
          .anyMatch(address -> allowed.stream().anyMatch(a -> GuidePage.isHost(a, address)));
    }

    /** Whether nothing speaks against it: its prefixes hold the address, its port is the one. */
    boolean mayBe(GuideBlock block) {
      boolean port =
          endpointPort().isEmpty() || block.listenPort.equals(endpointPort().getAsInt() + "");
      return port
          && block.addresses.stream()
              .anyMatch(address -> allowed.stream().anyMatch(a -> GuidePage.holds(a, address)));
    }
  }

  private final int first;
  private final String heading;
  private final String about;
  private final List<Line> lines = new ArrayList<>();
  private final List<Peer> peers = new ArrayList<>();
  private final List<String> addresses = new ArrayList<>();
  private Optional<String> privateKey = Optional.empty();
  private String listenPort = "";
  private int interfaces;
  private String comment = "";
  private String word = "";
  private final Map<String, Integer> said = new HashMap<>();

  private GuideBlock(int first, String heading) {
    this.first = first;
    this.heading = OF_THE_FILE.matcher(NUMBER.matcher(heading).replaceFirst("")).replaceAll(" ");
    this.about = core(this.heading);
  }

  /** All configurations of a page, whole or not. */
  static List<GuideBlock> in(String content) {
    String[] lines = content.split("\r?\n", -1);
    boolean fenced = List.of(lines).stream().anyMatch(GuideBlock::isFence);
    var blocks = new ArrayList<GuideBlock>();
    String heading = "";
    for (int i = 0; i < lines.length; i++) {
      if (fenced && isFence(lines[i])) {
        int end = i + 1;
        while (end < lines.length && !isFence(lines[end])) {
          end++;
        }
        read(lines, i + 1, end, heading).ifPresent(blocks::add);
        i = end;
      } else if (!fenced && lines[i].strip().matches("(?i)\\[ *Interface *\\].*")) {
        int end = i;
        while (end < lines.length && isOfConfiguration(lines[end])) {
          end++;
        }
        read(lines, i, end, heading).ifPresent(blocks::add);
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

  private static Optional<GuideBlock> read(String[] lines, int from, int to, String heading) {
    var block = new GuideBlock(from, heading);
    for (int i = from; i < to; i++) {
      block.take(lines[i]);
    }
    block.peers.forEach(peer -> block.said.merge(peer.publicKey, 1, Integer::sum));
    return block.interfaces == 1 ? Optional.of(block) : Optional.empty();
  }

  private void take(String written) {
    var section = SECTION.matcher(written.strip());
    var setting = SETTING.matcher(written);
    if (section.matches()) {
      if (section.group(1).equalsIgnoreCase("peer")) {
        peers.add(new Peer(lines.size()));
        remark(comment);
      } else {
        interfaces++;
      }
    }
    boolean isComment = written.strip().startsWith("#");
    boolean isSetting = written.length() <= LONGEST && !isComment && setting.matches();
    String key = isSetting ? setting.group(1).toLowerCase(Locale.ROOT) : "";
    String value = isSetting ? setting.group(2).strip() : "";
    boolean isAddress = key.equals("address") || key.equals("allowedips") || key.equals("endpoint");
    String closed = isAddress ? closed(value) : value;
    boolean ofPeer = !peers.isEmpty() && !section.matches();
    var peer = ofPeer ? Optional.of(peers.getLast()) : Optional.<Peer>empty();
    boolean misplaced = peer.isEmpty() && (key.equals("publickey") || key.equals("endpoint"));
    var line = new Line(written, misplaced ? "" : key, closed, peer);
    lines.add(closed.equals(value) ? line : new Line(line.with(closed), line.key(), closed, peer));
    comment = isComment ? written : written.isBlank() ? comment : "";
    boolean beside = section.matches() || key.equals("publickey");
    if ((isComment || beside) && written.length() <= LONGEST && written.contains("#")) {
      remark(written.substring(written.indexOf('#')));
    }
    if (peer.isPresent()) {
      ofPeer(peer.get(), key, closed);
    } else {
      ofInterface(key, closed);
    }
  }

  /** What is said beside a peer's entry before its first setting, or beside its key. */
  private void remark(String text) {
    boolean begun = !peers.isEmpty() && peers.getLast().allowed.isEmpty();
    String about = core(text);
    if (begun && !about.isEmpty()) {
      peers.getLast().comments.add(about);
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
      case "privatekey" -> {
        privateKey = Optional.of(value);
        word = core(value);
      }
      case "listenport" -> listenPort = value;
      case "address" -> addresses.addAll(List.of(value.split("[\\s,]+")));
      default -> {}
    }
  }

  private static void ofPeer(Peer peer, String key, String value) {
    switch (key) {
      case "publickey" -> {
        peer.publicKey = value;
        peer.word = core(value);
      }
      case "endpoint" -> peer.endpoint = value;
      case "allowedips" -> peer.allowed.addAll(List.of(value.split("[\\s,]+")));
      default -> {}
    }
  }

  /** Whose key a word is about, without what says that it is one: "A" of "&lt;A's public key>". */
  static String core(String word) {
    return ABOUT_KEYS.matcher(word).replaceAll("").toLowerCase(Locale.ROOT);
  }

  /** Whether it is all that a host needs, and not a part that a text talks about. */
  boolean isWhole() {
    return !peers.isEmpty() && (!addresses.isEmpty() || !listenPort.isEmpty());
  }

  /** The line of the page that it begins at, from 0. */
  int first() {
    return first;
  }

  List<Line> lines() {
    return lines;
  }

  List<Peer> peers() {
    return peers;
  }

  /** The addresses of its tunnel, as they are written. */
  List<String> addresses() {
    return addresses;
  }

  /** Whether another block is about the same address, and so about the same host. */
  boolean isAgain(GuideBlock other) {
    return addresses.stream()
        .anyMatch(
            one -> other.addresses.stream().anyMatch(two -> GuidePage.isHost(bare(one), two)));
  }

  private static String bare(String address) {
    return address.replaceFirst("/.*", "");
  }

  Optional<String> privateKey() {
    return privateKey;
  }

  /** Whose key its own is, as far as the word in its place says. */
  String word() {
    return word;
  }

  /** Whom its heading is about. */
  String about() {
    return about;
  }

  /** Whether what stands for a peer's key stands for no other's. */
  boolean isSaidOnce(Peer peer) {
    return said.getOrDefault(peer.publicKey, 0) == 1;
  }

  /** What the page calls the host. */
  String heading() {
    return heading;
  }
}
