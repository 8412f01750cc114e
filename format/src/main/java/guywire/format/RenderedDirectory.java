package guywire.format;

import guywire.network.Name;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A directory that one network is rendered into, again and again: it holds what the last run wrote,
 * nothing of runs before, and whatever else its owner keeps there.
 *
 * @param path where it is; it need not be there yet
 */
public record RenderedDirectory(Path path) {

  /*
   * A list beside the files says which are ours and what we wrote in them. Before anything is written
   * it gets the entries of both runs, and afterwards those of the new one alone, so that a run that
   * was cut short leaves no file that a later run would take for somebody else's.
   */

  /** Makes the path absolute, so that the directory stays the same one. */
  public RenderedDirectory {
    path = path.toAbsolutePath();
  }

  /** What came of writing. */
  public sealed interface Outcome {}

  /**
   * All is written.
   *
   * @param removed files of an earlier run that are no longer part of the network, and are gone
   * @param left such files that somebody changed meanwhile, which stay
   */
  public record Written(List<String> removed, List<String> left) implements Outcome {
    /** Copies the lists. */
    public Written {
      removed = List.copyOf(removed);
      left = List.copyOf(left);
    }
  }

  /**
   * Nothing is written: these would be overwritten, and are not as we wrote them.
   *
   * @param paths the files, relative to the directory
   */
  public record InTheWay(List<String> paths) implements Outcome {
    /** Copies the list. */
    public InTheWay {
      paths = List.copyOf(paths);
    }
  }

  /**
   * Nothing is written: the directory holds the files of another network.
   *
   * @param network that network
   */
  public record OfAnother(Name network) implements Outcome {}

  /**
   * How far a run goes.
   *
   * @param whole whether this is all of the network; otherwise the directories of other nodes stay
   *     as they are
   * @param force whether to overwrite files that are not ours, and another network's
   */
  public record Extent(boolean whole, boolean force) {}

  /**
   * Writes what was rendered, and removes what an earlier run wrote and this one doesn't. Every
   * file appears whole or not at all.
   *
   * @throws IOException if a file can't be written; writing again later completes it
   */
  public Outcome write(Name network, List<Rendered> rendered, Extent extent) throws IOException {
    var before = list();
    boolean another = !before.network().map(network::equals).orElse(true);
    if (another && !extent.force()) {
      return new OfAnother(before.network().orElseThrow());
    }
    var now = listOf(network, rendered);
    var inTheWay = now.contents().keySet().stream().filter(file -> !isFree(file, before, now));
    var paths = extent.force() ? List.<String>of() : inTheWay.toList();
    if (!paths.isEmpty()) {
      return new InTheWay(paths);
    }
    keep(before.and(now));
    for (var each : rendered) {
      new RenderedFiles(each.rendering().files()).writeTo(path.resolve(each.directory()));
    }
    Predicate<String> concerned =
        extent.whole() || another
            ? file -> true
            : rendered.stream().map(Rendered::directory).collect(Collectors.toSet())::contains;
    return cleared(before, now, concerned);
  }

  /** Removes what is no longer part of the network, and writes down what is there now. */
  private Written cleared(RenderedList before, RenderedList now, Predicate<String> concerned)
      throws IOException {
    var removed = new ArrayList<String>();
    var left = new ArrayList<String>();
    Map<String, Set<String>> remaining = new TreeMap<>(now.contents());
    for (var entry : before.contents().entrySet()) {
      String file = entry.getKey();
      if (now.contents().containsKey(file)) {
        continue;
      }
      if (!concerned.test(Path.of(file).getName(0).toString())) {
        remaining.put(file, entry.getValue());
        continue;
      }
      if (!isThere(file)) {
        continue;
      }
      if (content(file).filter(bytes -> before.wrote(file, bytes)).isPresent()) {
        Files.delete(path.resolve(file));
        removeEmptyAround(Path.of(file));
        removed.add(file);
      } else {
        remaining.put(file, entry.getValue());
        left.add(file);
      }
    }
    keep(new RenderedList(now.network(), remaining));
    return new Written(removed, left);
  }

  private static RenderedList listOf(Name network, List<Rendered> rendered) {
    var contents = new HashMap<String, Set<String>>();
    for (var each : rendered) {
      for (var file : each.rendering().files()) {
        contents.put(each.directory() + "/" + file.path(), Set.of(RenderedList.hash(file.bytes())));
      }
    }
    return new RenderedList(Optional.of(network), contents);
  }

  /** Whether a file may be written there: nothing is, or what we wrote, or are about to. */
  private boolean isFree(String file, RenderedList before, RenderedList now) {
    try {
      return !isThere(file)
          || content(file)
              .filter(bytes -> before.wrote(file, bytes) || now.wrote(file, bytes))
              .isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  private boolean isThere(String file) {
    return Files.exists(path.resolve(file), LinkOption.NOFOLLOW_LINKS);
  }

  /** What is in a file of ours; empty if there is none, or a link leads to it. */
  private Optional<byte[]> content(String file) throws IOException {
    Path at = path;
    for (Path part : Path.of(file)) {
      at = at.resolve(part);
      if (Files.isSymbolicLink(at)) {
        return Optional.empty();
      }
    }
    return Files.isRegularFile(at) ? Optional.of(Files.readAllBytes(at)) : Optional.empty();
  }

  /** Removes the directories a file was in, from the innermost on, as far as they are empty. */
  private void removeEmptyAround(Path file) throws IOException {
    for (int names = file.getNameCount() - 1; names > 0; names--) {
      try {
        Files.delete(path.resolve(file.subpath(0, names)));
      } catch (DirectoryNotEmptyException e) {
        return;
      }
    }
  }

  private RenderedList list() throws IOException {
    try {
      var bytes = Files.readAllBytes(path.resolve(RenderedList.NAME));
      return RenderedList.parse(new String(bytes, StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      return RenderedList.empty();
    }
  }

  private void keep(RenderedList list) throws IOException {
    new RenderedFiles(List.of(RenderedFile.open(RenderedList.NAME, list.text()))).writeTo(path);
  }
}
