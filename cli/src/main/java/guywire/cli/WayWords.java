package guywire.cli;

import guywire.network.InterfaceName;
import guywire.network.Name;
import java.util.List;
import java.util.stream.Collectors;

/** How a way is called. */
final class WayWords {

  private WayWords() {}

  static String name(Screen screen, InterfaceName tunnel, List<Name> via) {
    return via.isEmpty()
        ? screen.say("status.direct", tunnel.text())
        : screen.say(
            "status.via",
            via.stream().map(Name::text).collect(Collectors.joining(", ")),
            tunnel.text());
  }
}
