package guywire.format.tunnel;

import guywire.format.input.Imported;
import guywire.format.input.Importer;
import guywire.format.input.SourceFile;
import guywire.format.syntax.FileValues;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Platform;
import guywire.network.text.Place;
import java.util.List;
import java.util.Optional;

/**
 * Reads what {@code wg show all dump} prints, or {@code wg show IF dump}, whose lines lack the
 * interface: it is then called like the file. A dump tells what runs, not where its routes are.
 */
public final class WgDumpImporter implements Importer {

  private static final int INTERFACE_COLUMNS = 4;
  private static final int PEER_COLUMNS = 8;
  private static final String NONE = "(none)";

  @Override
  public List<Imported> read(Name node, List<SourceFile> files) {
    var draft = new NodeDraft(node, Platform.LINUX, files);
    for (var file : files) {
      dump(file, draft);
    }
    return List.of(draft.finish());
  }

  private static void dump(SourceFile file, NodeDraft draft) {
    Optional<TunnelDraft> tunnel = Optional.empty();
    int number = 0;
    for (var line : file.content().split("\r?\n", -1)) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      var columns = line.split("\t", -1);
      boolean named = columns.length == INTERFACE_COLUMNS + 1 || columns.length == PEER_COLUMNS + 1;
      int first = named ? 1 : 0;
      var place = new Place(file.name(), number, 1);
      if (columns.length - first == INTERFACE_COLUMNS) {
        tunnel = tunnel(named ? columns[0] : stem(file), place, draft);
        tunnel.ifPresent(t -> tunnel(t, columns, first, place));
      } else if (columns.length - first == PEER_COLUMNS && tunnel.isPresent()) {
        peer(tunnel.get(), columns, first, place);
      } else {
        draft.notes().error("F66", place, "dump.line");
      }
    }
  }

  private static String stem(SourceFile file) {
    int dot = file.lastName().indexOf('.');
    return dot < 1 ? file.lastName() : file.lastName().substring(0, dot);
  }

  private static Optional<TunnelDraft> tunnel(String name, Place place, NodeDraft draft) {
    var parsed = InterfaceName.tryParse(name);
    if (parsed.isEmpty()) {
      draft.notes().error("F67", place, "value.interface", FileValues.shown(name));
    }
    return parsed.map(known -> draft.tunnel(known, place));
  }

  /** private-key, public-key, listen-port, fwmark. */
  private static void tunnel(TunnelDraft tunnel, String[] columns, int first, Place place) {
    if (!columns[first].equals(NONE)) {
      tunnel.privateKey(columns[first], place);
    }
    if (!columns[first + 1].equals(NONE)) {
      tunnel.publicKey(columns[first + 1], place);
    }
    tunnel.listenPort(columns[first + 2], place);
    if (!columns[first + 3].equals("off")) {
      tunnel.mark(columns[first + 3], place);
    }
  }

  /**
   * public-key, preshared-key, endpoint, allowed-ips, then latest-handshake, transfer-rx and
   * transfer-tx, which are not configuration, and persistent-keepalive.
   */
  private static void peer(TunnelDraft tunnel, String[] columns, int first, Place place) {
    var peer = tunnel.peer(place);
    peer.publicKey(columns[first], place);
    if (!columns[first + 1].equals(NONE)) {
      peer.presharedKey(columns[first + 1], place);
    }
    if (!columns[first + 2].equals(NONE)) {
      peer.endpoint(columns[first + 2], place);
    }
    if (!columns[first + 3].equals(NONE)) {
      for (var prefix : columns[first + 3].split(",")) {
        peer.allowedIp(prefix, place);
      }
    }
    peer.keepalive(columns[first + 7], place);
  }
}
