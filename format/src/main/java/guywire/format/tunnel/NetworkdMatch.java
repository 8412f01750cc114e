package guywire.format.tunnel;

import guywire.format.syntax.Globs;
import guywire.format.syntax.IniFile;
import guywire.format.syntax.IniFile.Entry;
import guywire.network.InterfaceName;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * For which interfaces a {@code .network} file is.
 *
 * @param entries what its {@code [Match]} sections ask
 */
record NetworkdMatch(List<Entry> entries) {

  /** What no interface of WireGuard has. */
  private static final Set<String> OF_HARDWARE =
      Set.of("MACAddress", "PermanentMACAddress", "Path", "Driver", "Property", "SSID", "BSSID");

  /** Whether a file is for an interface. */
  enum Fit {
    YES,
    NO,
    /** It asks what the files don't say, such as the name of the host. */
    PERHAPS
  }

  /** What a file asks. */
  static NetworkdMatch of(IniFile file) {
    var entries = new ArrayList<Entry>();
    file.named("Match").forEach(section -> entries.addAll(section.entries()));
    return new NetworkdMatch(entries);
  }

  /** Whether it asks nothing, so that systemd-networkd passes over the file. */
  boolean isEmpty() {
    return entries.stream().allMatch(entry -> entry.value().isEmpty());
  }

  /** Where it stands. */
  Optional<Place> place() {
    return entries.stream().map(Entry::place).findFirst();
  }

  /** Whether the file is for a tunnel of this name. */
  Fit fits(InterfaceName tunnel) {
    var fit = isEmpty() ? Fit.NO : Fit.YES;
    for (var entry : entries) {
      var one = entry.value().isEmpty() ? Fit.YES : fits(entry, tunnel.text());
      if (one == Fit.NO) {
        return Fit.NO;
      }
      fit = one == Fit.PERHAPS ? one : fit;
    }
    return fit;
  }

  private static Fit fits(Entry entry, String tunnel) {
    boolean asked =
        switch (entry.key()) {
          case "Name" -> isAmong(entry.value(), tunnel);
          case "Type", "Kind" -> isAmong(entry.value(), "wireguard");
          default -> !OF_HARDWARE.contains(entry.key());
        };
    boolean known = Set.of("Name", "Type", "Kind").contains(entry.key());
    return !asked ? Fit.NO : known ? Fit.YES : Fit.PERHAPS;
  }

  /** Patterns separated by spaces; an exclamation mark ahead of them turns them round. */
  private static boolean isAmong(String patterns, String name) {
    boolean negated = patterns.startsWith("!");
    var words = (negated ? patterns.substring(1) : patterns).strip().split("\\s+");
    return Arrays.stream(words).anyMatch(pattern -> Globs.matches(pattern, name)) != negated;
  }

  /** The one interface that it names, if it names one. */
  Optional<InterfaceName> name() {
    return entries.stream()
        .filter(entry -> entry.key().equals("Name"))
        .findFirst()
        .flatMap(entry -> InterfaceName.tryParse(entry.value()));
  }
}
