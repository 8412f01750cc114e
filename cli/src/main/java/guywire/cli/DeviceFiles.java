package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.format.Formats;
import guywire.format.QrCode;
import guywire.format.RenderedDirectory;
import guywire.format.RenderedDirectory.Extent;
import guywire.format.RenderedDirectory.InTheWay;
import guywire.format.RenderedDirectory.OfAnother;
import guywire.format.RenderedDirectory.Written;
import guywire.guard.UnsafeFileException;
import guywire.network.Name;
import guywire.network.json.KeyRing;
import guywire.network.json.NodeDocument;
import guywire.network.json.UnreadableDocument;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a device needs: the document that a server gave, with the private key that was made here, as
 * files (mode 0600) or as a code to scan.
 *
 * @param screen where it is shown
 * @param out the directory that the files go to, in one of the device's name
 * @param qr whether to show codes
 */
record DeviceFiles(Screen screen, Optional<Path> out, boolean qr) {

  int write(String document, PrivateKey key) {
    var config = read(document, key).config();
    var rendered = Formats.render(List.of(config), screen.locale());
    boolean errors = false;
    for (var each : rendered) {
      FindingsView.print(screen, each.rendering().findings());
      errors |= each.rendering().hasErrors();
    }
    if (out.isPresent()) {
      Path directory = out.get();
      try {
        var network = new Name("devices");
        switch (new RenderedDirectory(directory)
            .write(network, rendered, new Extent(false, true))) {
          case Written _ -> {}
          case InTheWay(var paths) ->
              throw Refusal.unreadable(
                  "render-in-the-way", directory.toString(), String.join(", ", paths));
          case OfAnother(var other) ->
              throw Refusal.unreadable("render-another", directory.toString(), other.text());
        }
      } catch (UnsafeFileException e) {
        throw Refusal.unsafe(e);
      } catch (IOException e) {
        throw Refusal.unreadable("render-cannot-write", directory.toString());
      }
    }
    for (var each : rendered) {
      screen.line(screen.styled(Style.STRONG, each.directory()));
      for (var file : each.rendering().files()) {
        out.ifPresent(directory ->
            screen.line("  " + directory.resolve(each.directory()).resolve(file.path())));
        if (qr && file.isSecret() && file.path().endsWith(".conf")) {
          QrCode.of(file.text())
              .ifPresentOrElse(
                  code -> screen.drawing(code.terminal(screen.hasColour())),
                  () -> screen.tell("render.qr-too-long", file.path()));
        }
      }
    }
    return errors ? ExitCode.BROKEN : ExitCode.HOLDS;
  }

  private static NodeDocument read(String document, PrivateKey key) {
    try {
      return NodeDocument.read(document, KeyRing.of(key));
    } catch (UnreadableDocument e) {
      throw new Refusal(ExitCode.UNREADABLE, e.text());
    }
  }
}
