package guywire.format.output;

import guywire.network.Name;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which files of a directory were rendered, and what was in them: the list that stands beside them.
 *
 * @param network the network they are of; empty if none was ever rendered there
 * @param contents for each path, the SHA-256 of what may stand there as we wrote it; two while one
 *     run replaces what another wrote
 */
record RenderedList(Optional<Name> network, Map<String, Set<String>> contents) {

  /** What the list is called in the directory. */
  static final String NAME = ".guywire-render";

  private static final String TITLE =
      "# What guywire render wrote here, and may replace or remove: SHA-256 and path.";
  private static final String NETWORK = "network ";
  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  (\\S+)");

  RenderedList {
    var copy = new TreeMap<String, Set<String>>();
    contents.forEach((path, hashes) -> copy.put(path, Set.copyOf(hashes)));
    contents = copy;
  }

  /** The list of a directory without one. */
  static RenderedList empty() {
    return new RenderedList(Optional.empty(), Map.of());
  }

  /** Reads a list. A line that is none of ours is left out: what it may mean is not touched. */
  static RenderedList parse(String text) {
    Optional<Name> network = Optional.empty();
    var contents = new TreeMap<String, Set<String>>();
    for (String line : text.lines().toList()) {
      var entry = LINE.matcher(line);
      if (line.startsWith(NETWORK)) {
        network = Name.tryParse(line.substring(NETWORK.length()));
      } else if (entry.matches() && RenderedFile.isPath(entry.group(2))) {
        contents.computeIfAbsent(entry.group(2), path -> new TreeSet<>()).add(entry.group(1));
      }
    }
    return new RenderedList(network, contents);
  }

  /** The list as it stands in its file. */
  String text() {
    var lines = new ArrayList<String>();
    lines.add(TITLE);
    network.ifPresent(name -> lines.add(NETWORK + name.text()));
    contents.forEach(
        (path, hashes) -> hashes.stream().sorted().forEach(hash -> lines.add(hash + "  " + path)));
    return String.join("\n", lines) + "\n";
  }

  /** This list with the entries of another; the network is the other's. */
  RenderedList and(RenderedList other) {
    var both = new TreeMap<String, Set<String>>();
    for (var list : List.of(this, other)) {
      list.contents.forEach(
          (path, hashes) -> both.computeIfAbsent(path, p -> new TreeSet<>()).addAll(hashes));
    }
    return new RenderedList(other.network, both);
  }

  /** Whether a file at this path with this content is one that we wrote. */
  boolean wrote(String path, byte[] content) {
    return contents.getOrDefault(path, Set.of()).contains(hash(content));
  }

  static String hash(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
