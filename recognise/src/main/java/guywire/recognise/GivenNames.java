package guywire.recognise;

import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.network.text.Place;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Names as people gave them: in comments beside a peer or at the head of a file.
 *
 * <p>Each name is handed out once. Not safe for use by several threads.
 */
final class GivenNames {

  /** Words that a definition gives a meaning of its own. */
  private static final Set<String> RESERVED =
      Set.of("all", "nodes", "sites", "roaming", "internet");

  /** Words in the name of a machine that say what it does there, not where. */
  private static final Set<String> DUTIES =
      Set.of("gw", "gateway", "router", "rt", "fw", "firewall", "openwrt", "vpn", "wg");

  private static final Pattern PHONE =
      Pattern.compile(
          "(?i).*(phone|android|pixel|galaxy|ipad|mobile|cell|tablet|macbook|laptop|notebook).*");

  /** A comment with more words than this describes; it doesn't name. */
  private static final int MOST_WORDS = 3;

  /** A longer comment in a script without spaces is a sentence. */
  private static final int MOST_LETTERS = 12;

  /** How far above a heading its comment may begin. */
  private static final int LINES_ABOVE = 4;

  private static final Pattern KEYED =
      Pattern.compile(
          "(?i)(name|friendly[_ ]?name|host(name)?|client|peer|device|node|user)\\s*[=:]\\s*(.+)");

  private static final Pattern SECTION = Pattern.compile("\\s*\\[[^\\]]*\\].*");

  private final Map<String, List<String>> lines = new HashMap<>();
  private final Set<String> taken = new HashSet<>(RESERVED);

  GivenNames(List<SourceFile> files) {
    files.forEach(file -> lines.put(file.name(), file.content().lines().toList()));
  }

  /** Takes a name; if it is gone already, with a number behind. */
  Name take(String wanted) {
    String stem = wanted.length() > 56 ? wanted.substring(0, 56).replaceAll("-+$", "") : wanted;
    String name = stem;
    for (int i = 2; !taken.add(name); i++) {
      name = RESERVED.contains(stem) && i == 2 ? stem + "-node" : stem + "-" + i;
    }
    return new Name(name);
  }

  /**
   * Takes a name for the site of a member: home for home-gw; the member's own name with -lan behind
   * if that says no more.
   */
  Name takeSite(String member) {
    var rest = Stream.of(member.split("-")).filter(word -> !DUTIES.contains(word)).toList();
    String place = String.join("-", rest);
    if (place.isEmpty() || place.equals(member)) {
      return take(member + "-lan");
    }
    return take(place.length() < 2 ? "site-" + place : place);
  }

  /** Whether a name is that of something carried about. */
  static boolean isCarried(String name) {
    return PHONE.matcher(name).matches();
  }

  /** What the comment beside a section calls it: above its heading, behind it, or below. */
  Optional<String> beside(Place heading) {
    var file = lines.getOrDefault(heading.file(), List.of());
    int at = heading.line() - 1;
    if (at < 0 || at >= file.size() || !SECTION.matcher(file.get(at)).matches()) {
      return Optional.empty();
    }
    int hash = file.get(at).indexOf('#');
    if (hash >= 0) {
      var behind = label(file.get(at).substring(hash));
      if (behind.isPresent()) {
        return behind;
      }
    }
    for (int line = at + 1; line < file.size() && isComment(file.get(line)); line++) {
      var below = label(file.get(line));
      if (below.isPresent()) {
        return below;
      }
    }
    for (int line = at - 1; line >= Math.max(0, at - LINES_ABOVE); line--) {
      if (isComment(file.get(line))) {
        var above = label(file.get(line));
        if (above.isPresent()) {
          return above;
        }
      } else if (!file.get(line).isBlank()) {
        break;
      }
    }
    return Optional.empty();
  }

  /** What the head of a file says its host is called, if it says so in so many words. */
  Optional<String> atHead(String fileName) {
    for (var line : lines.getOrDefault(fileName, List.of())) {
      if (isComment(line)) {
        var keyed = KEYED.matcher(bare(line));
        if (keyed.matches()) {
          return label(line);
        }
      } else if (!line.isBlank() && !SECTION.matcher(line).matches()) {
        break;
      }
    }
    return Optional.empty();
  }

  private static boolean isComment(String line) {
    String text = line.strip();
    return text.startsWith("#") || text.startsWith(";");
  }

  private static String bare(String comment) {
    return comment.strip().replaceAll("^[#;/\\s*=-]+|[#\\s*=-]+$", "");
  }

  /** A short comment as a name; empty if it is a sentence, or a setting put aside. */
  static Optional<String> label(String comment) {
    String text = bare(comment);
    var keyed = KEYED.matcher(text);
    if (keyed.matches()) {
      text = keyed.group(3);
    } else if (text.indexOf('=') >= 0 || SECTION.matcher(text).matches()) {
      return Optional.empty();
    }
    text = text.replaceFirst("(?i)^(begin|peer|client)\\s+(?=\\S)", "");
    text = text.split("[(\\[（【,;:，；：]| - ", 2)[0].replace("'", "").strip();
    if (text.isEmpty()
        || text.split("\\s+").length > MOST_WORDS
        || text.codePoints().noneMatch(Character::isLetter)
        || isSentence(text)) {
      return Optional.empty();
    }
    return Name.near(text).map(Name::text);
  }

  /** Scripts that put no spaces between words are measured by letters. */
  private static boolean isSentence(String text) {
    return text.chars().anyMatch(c -> c >= 0x80) && text.length() > MOST_LETTERS;
  }
}
