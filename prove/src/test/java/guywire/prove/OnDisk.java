package guywire.prove;

import guywire.format.Formats;
import guywire.format.input.SourceFile;
import guywire.format.output.Rendering;
import guywire.network.Attachment;
import guywire.network.Forwarding;
import guywire.network.Name;
import guywire.network.Network;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A network that was written for its devices, as whoever finds the files knows it. */
final class OnDisk {

  private OnDisk() {}

  /** The files that are read again: not what is for people. */
  static List<SourceFile> files(Rendering rendering) {
    return rendering.files().stream()
        .filter(file -> !file.path().endsWith("README.md"))
        .filter(file -> Formats.detect(file.path(), file.text()).isPresent())
        .map(file -> new SourceFile(file.path(), file.text()))
        .toList();
  }

  /** What the definition says of the hosts and sites, and files don't. */
  static Facts facts(Network network) {
    var hosts = new HashMap<Name, HostFacts>();
    for (Attachment attachment : network.underlay().attachments()) {
      hosts.put(
          attachment.node(),
          new HostFacts(
              Optional.of(attachment),
              List.of("eth0"),
              Forwarding.UNSTATED,
              OptionalInt.empty(),
              Set.of()));
    }
    return new Facts(hosts, network.underlay().sites(), List.of());
  }
}
