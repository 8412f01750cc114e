package guywire.format.tunnel;

import guywire.format.input.Imported;
import guywire.format.input.Importer;
import guywire.format.input.SourceFile;
import guywire.format.shell.HookReader;
import guywire.format.syntax.Notes;
import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Places;
import guywire.network.Platform;
import guywire.network.Setback;
import guywire.network.TunnelInterface;
import guywire.network.text.Finding;
import guywire.network.text.Place;
import guywire.network.text.Severity;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * Reads what wg-quick reads, and so what {@code wg setconf} and {@code wg showconf} know too: the
 * grammar of wireguard-tools 1.0.20210914 and later, with a warning where those are silent and a
 * reader would be misled.
 *
 * <p>Each file is one interface, named like the file without {@code .conf}. Hooks are kept as they
 * are and never run; {@link HookReader} says what they do.
 */
public final class WgQuickImporter implements Importer {

  /** What an interface is called if its file can't say. */
  private static final String FALLBACK = "wg";

  private final SharedValues shared;

  /** One that shares nothing with others. */
  public WgQuickImporter() {
    this(new SharedValues());
  }

  /** One whose files share with those of other nodes what they say alike. */
  public WgQuickImporter(SharedValues shared) {
    this.shared = shared;
  }

  @Override
  public List<Imported> read(Name node, List<SourceFile> files) {
    var findings = new ArrayList<Finding>();
    var places = new Places.Collector();
    var tunnels = new ArrayList<TunnelInterface>();
    var hooks = new ArrayList<Hook>();
    var setbacks = new ArrayList<Setback>();
    var names = new HashSet<InterfaceName>();
    for (var file : files) {
      var name = name(node, file, names, findings);
      var reader = new WgQuickReader(node, name, file, findings, places, hooks, shared);
      tunnels.add(reader.read());
      if (tunnels.size() == 1) {
        // Those of the node's first interface.
        hooks.replaceAll(hook -> new Hook(hook.when(), hook.command()));
      }
      setbacks.addAll(reader.setbacks());
    }
    var config = NodeConfig.builder(node, Platform.LINUX).interfaces(tunnels).hooks(hooks).build();
    var whole = new Place(files.isEmpty() ? node.text() : files.getFirst().name(), 0, 0);
    return List.of(new Imported(config, places.in(whole), findings, List.of(), setbacks));
  }

  private static InterfaceName name(
      Name node, SourceFile file, HashSet<InterfaceName> taken, List<Finding> findings) {
    String last = file.lastName();
    String stem = last.endsWith(".conf") ? last.substring(0, last.length() - 5) : last;
    var parsed = InterfaceName.tryParse(stem).filter(name -> !taken.contains(name));
    if (parsed.isEmpty() || !last.endsWith(".conf")) {
      findings.add(
          new Finding(
              "F67",
              parsed.isEmpty() ? Severity.ERROR : Severity.INFO,
              Optional.of(node.text()),
              new Place(file.name(), 0, 0),
              Notes.text("wg.file-name", last),
              Notes.text("wg.file-name.mend")));
    }
    int number = 0;
    while (parsed.isEmpty()) {
      var next = new InterfaceName(FALLBACK + number++);
      parsed = Optional.of(next).filter(name -> !taken.contains(name));
    }
    taken.add(parsed.get());
    return parsed.get();
  }
}
