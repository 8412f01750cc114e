package guywire.format.output;

import guywire.guard.UnsafeFileException;
import guywire.network.Name;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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
  public record WriteOptions(boolean whole, boolean force) {}

  /**
   * Writes what was rendered, and removes what an earlier run wrote and this one doesn't. Every
   * file appears whole or not at all.
   *
   * @throws guywire.guard.UnsafeFileException if the directory, or one in it that is written to, is
   *     not the caller's own or is a link
   * @throws IOException if a file can't be written; writing again later completes it
   */
  public Outcome write(Name network, List<Rendered> rendered, WriteOptions extent)
      throws IOException {
    try (var open = OutputTree.open(path)) {
      return write(open, network, rendered, extent);
    }
  }

  /**
   * The files that its list says were rendered, and the list itself, by their absolute paths; none
   * if there is no list. Whoever may write the directory may have written it.
   */
  public Set<Path> listed() throws IOException {
    Path list = path.resolve(RenderedList.NAME);
    var files = new HashSet<Path>();
    if (Files.isRegularFile(list)) {
      files.add(list);
      RenderedList.parse(Files.readString(list, StandardCharsets.UTF_8))
          .contents()
          .keySet()
          .forEach(file -> files.add(path.resolve(file)));
    }
    return files;
  }

  private static Outcome write(
      OutputTree open, Name network, List<Rendered> rendered, WriteOptions extent)
      throws IOException {
    var before = list(open);
    boolean another = !before.network().map(network::equals).orElse(true);
    if (another && !extent.force()) {
      return new OfAnother(before.network().orElseThrow());
    }
    var now = listOf(network, rendered);
    var inTheWay = new ArrayList<String>();
    for (var file : now.contents().keySet()) {
      if (!isFree(open, file, before, now)) {
        inTheWay.add(file);
      }
    }
    if (!inTheWay.isEmpty() && !extent.force()) {
      return new InTheWay(inTheWay);
    }
    keep(open, before.and(now));
    for (var each : rendered) {
      try (var directory = open.inside(each.directory())) {
        new RenderedFiles(each.rendering().files()).writeTo(directory);
      }
    }
    Predicate<String> concerned =
        extent.whole() || another
            ? file -> true
            : rendered.stream().map(Rendered::directory).collect(Collectors.toSet())::contains;
    return cleared(open, before, now, concerned);
  }

  /** Removes what is no longer part of the network, and writes down what is there now. */
  private static Written cleared(
      OutputTree open, RenderedList before, RenderedList now, Predicate<String> concerned)
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
      boolean ours;
      try {
        if (!open.isThere(file)) {
          continue;
        }
        ours = open.content(file).filter(bytes -> before.wrote(file, bytes)).isPresent();
      } catch (UnsafeFileException e) {
        // Behind a link or in a directory of others: nothing of ours any more.
        ours = false;
      }
      if (ours) {
        open.delete(file);
        removed.add(file);
      } else {
        remaining.put(file, entry.getValue());
        left.add(file);
      }
    }
    keep(open, new RenderedList(now.network(), remaining));
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
  private static boolean isFree(OutputTree open, String file, RenderedList before, RenderedList now)
      throws UnsafeFileException {
    try {
      return !open.isThere(file)
          || open.content(file)
              .filter(bytes -> before.wrote(file, bytes) || now.wrote(file, bytes))
              .isPresent();
    } catch (UnsafeFileException e) {
      throw e;
    } catch (IOException e) {
      return false;
    }
  }

  private static RenderedList list(OutputTree open) throws IOException {
    return open.content(RenderedList.NAME)
        .map(bytes -> RenderedList.parse(new String(bytes, StandardCharsets.UTF_8)))
        .orElse(RenderedList.empty());
  }

  private static void keep(OutputTree open, RenderedList list) throws IOException {
    new RenderedFiles(List.of(RenderedFile.open(RenderedList.NAME, list.text()))).writeTo(open);
  }
}
