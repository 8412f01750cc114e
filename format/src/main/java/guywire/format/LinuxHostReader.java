package guywire.format;

import guywire.address.IpAddress;
import guywire.network.Forwarding;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Reads what a Linux host has beside its tunnels: sysctl settings, nftables scripts and dnsmasq's
 * names.
 */
final class LinuxHostReader {

  private final Draft draft;

  LinuxHostReader(Draft draft) {
    this.draft = draft;
  }

  /** Reads a file of one of these kinds; of any other it is said that it is not understood. */
  void read(SourceFile file) {
    if (file.lastName().endsWith(".nft") || file.lastName().equals("nftables.conf")) {
      new NftReader(draft).read(file);
    } else if (file.content().contains("net.ipv4.") || file.content().contains("net.ipv6.")) {
      sysctl(file);
    } else if (file.name().contains("dnsmasq")) {
      dnsmasq(file);
    } else if (!file.lastName().endsWith(".service")) {
      draft.notes().info("F66", new Place(file.name(), 0, 0), "import.file", file.lastName());
    }
  }

  /** Whether a file below /etc is none that sysctl reads; of a copy elsewhere nobody can tell. */
  private static boolean isMisplaced(String path) {
    int etc = ("/" + path).lastIndexOf("/etc/");
    String below = etc < 0 ? "" : path.substring(Math.min(path.length(), etc + 4));
    boolean known =
        below.isEmpty() || below.matches("sysctl\\.conf|sysctl\\.d/.*|ufw/sysctl\\.conf");
    return !known || path.matches("(.*/)?[a-z-]*syslog[a-z-]*\\.conf");
  }

  private void sysctl(SourceFile file) {
    boolean misplaced = isMisplaced(file.path());
    int number = 0;
    for (var line : file.content().split("\n", -1)) {
      number++;
      int equals = line.indexOf('=');
      String text = line.strip();
      if (equals < 0 || text.startsWith("#") || text.startsWith(";")) {
        continue;
      }
      if (misplaced) {
        if (text.startsWith("net.")) {
          var place = new Place(file.name(), number, 1);
          draft.notes().error("F43", place, "host.misplaced", Values.shown(text), file.path());
        }
        continue;
      }
      var place = new Place(file.name(), number, 1);
      String key = line.substring(0, equals).strip();
      key = (key.startsWith("-") ? key.substring(1) : key).replace('/', '.');
      var forwarding =
          line.substring(equals + 1).strip().equals("0") ? Forwarding.OFF : Forwarding.ON;
      switch (key) {
        case "net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding" ->
            draft.forwardIpv4(forwarding, place);
        case "net.ipv6.conf.all.forwarding" -> draft.forwardIpv6(forwarding, place);
        default -> {}
      }
    }
  }

  private void dnsmasq(SourceFile file) {
    var listen = new ArrayList<IpAddress>();
    var upstream = new ArrayList<IpAddress>();
    var records = new LinkedHashMap<Name, List<IpAddress>>();
    Optional<String> domain = Optional.empty();
    for (var line : file.content().split("\r?\n")) {
      int equals = line.indexOf('=');
      String value = equals < 0 ? "" : line.substring(equals + 1).strip();
      switch (equals < 0 ? "" : line.substring(0, equals).strip()) {
        case "listen-address" -> IpAddress.tryParse(value).ifPresent(listen::add);
        case "server" -> IpAddress.tryParse(value).ifPresent(upstream::add);
        case "local" -> domain = Optional.of(value.replace("/", ""));
        case "host-record" -> {
          int comma = value.indexOf(',');
          String host = comma < 0 ? value : value.substring(0, comma);
          int dot = host.indexOf('.');
          var label = Name.tryParse(dot < 0 ? host : host.substring(0, dot));
          var address = IpAddress.tryParse(value.substring(comma + 1));
          if (label.isPresent() && address.isPresent()) {
            records.computeIfAbsent(label.get(), name -> new ArrayList<>()).add(address.get());
          }
        }
        default -> {}
      }
    }
    if (!listen.isEmpty()) {
      draft.nameServer(new NameServer(listen, domain.orElse(""), records, upstream));
    }
  }
}
