package guywire.cli;

import guywire.format.output.QrCode;
import guywire.format.output.Rendered;
import guywire.format.output.RenderedDirectory;
import guywire.format.output.RenderedDirectory.InTheWay;
import guywire.format.output.RenderedDirectory.OfAnother;
import guywire.format.output.RenderedDirectory.WriteOptions;
import guywire.format.output.RenderedDirectory.Written;
import guywire.guard.UnsafeFileException;
import guywire.network.Name;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What nodes need, as files in a directory and as codes to scan.
 *
 * @param screen where codes are shown, and what stands in the way
 */
record NodeFiles(Screen screen) {

  /** So many paths are named; of more it is said how many. */
  private static final int NAMED = 4;

  /** Writes files, each node's in a directory of its own. */
  Written write(Path directory, Name network, List<Rendered> nodes, WriteOptions extent) {
    try {
      return switch (new RenderedDirectory(directory).write(network, nodes, extent)) {
        case Written written -> written;
        case InTheWay(var paths) ->
            throw Refusal.unreadable("render-in-the-way", directory.toString(), some(paths));
        case OfAnother(var other) ->
            throw Refusal.unreadable("render-another", directory.toString(), other.text());
      };
    } catch (UnsafeFileException e) {
      throw Refusal.unsafe(e);
    } catch (IOException e) {
      throw Refusal.unreadable("render-cannot-write", directory.toString());
    }
  }

  /** The first few of many paths. */
  String some(List<String> paths) {
    String first = String.join(", ", paths.subList(0, Math.min(NAMED, paths.size())));
    return paths.size() <= NAMED
        ? first
        : screen.say("render.and-more", first, paths.size() - NAMED + "");
  }

  /** A device that has no place for a file shows its wg-quick text as a QR code. */
  void showCodes(Rendered node) {
    var texts =
        node.rendering().files().stream()
            .filter(each -> each.path().endsWith(".conf") && each.isSecret())
            .toList();
    if (texts.isEmpty()) {
      screen.tell("render.no-qr", node.directory());
    }
    for (var text : texts) {
      QrCode.of(text.text())
          .ifPresentOrElse(
              code -> screen.drawing(code.terminal(screen.hasColour())),
              () -> screen.tell("render.qr-too-long", text.path()));
    }
  }
}
