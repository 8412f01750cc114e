package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.format.Formats;
import guywire.format.output.RenderedDirectory.WriteOptions;
import guywire.network.Name;
import guywire.network.json.KeyRing;
import guywire.network.json.NodeDocument;
import guywire.network.json.UnreadableDocument;
import guywire.protocol.PrivateKey;
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
    var files = new NodeFiles(screen);
    out.ifPresent(directory ->
        files.write(directory, new Name("devices"), rendered, new WriteOptions(false, true)));
    for (var each : rendered) {
      screen.line(screen.styled(Style.STRONG, each.directory()));
      out.map(directory -> directory.resolve(each.directory()))
          .ifPresent(home ->
              each.rendering()
                  .files()
                  .forEach(file -> screen.line("  " + home.resolve(file.path()))));
      if (qr) {
        files.showCodes(each);
      }
    }
    return errors ? ExitCode.BROKEN : ExitCode.HOLDS;
  }

  /**
   * What a device shall be, with its key.
   *
   * @throws Refusal if a server gave something else
   */
  static NodeDocument read(String document, PrivateKey key) {
    try {
      return NodeDocument.read(document, KeyRing.of(key));
    } catch (UnreadableDocument e) {
      throw new Refusal(ExitCode.UNREADABLE, e.text());
    }
  }
}
