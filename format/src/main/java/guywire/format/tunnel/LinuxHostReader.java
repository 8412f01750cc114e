package guywire.format.tunnel;

import guywire.address.IpAddress;
import guywire.format.firewall.NftReader;
import guywire.format.input.BootFiles;
import guywire.format.input.Command;
import guywire.format.input.SourceFile;
import guywire.format.syntax.FileValues;
import guywire.network.Forwarding;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads what a Linux host has beside its tunnels: sysctl settings, nftables scripts and dnsmasq's
 * names.
 */
final class LinuxHostReader {

  /** Settings of one interface, or of all, by which packets stop. */
  private static final Pattern DECIDING =
      Pattern.compile(
          "net\\.ipv[46]\\.conf\\.[^=]*\\.(disable_ipv6|forwarding|rp_filter|proxy_arp|src_valid_mark)");

  private final NodeDraft draft;

  LinuxHostReader(NodeDraft draft) {
    this.draft = draft;
  }

  /** Reads a file of one of these kinds; of any other it is said that it is not understood. */
  void read(SourceFile file) {
    if (BootFiles.isRuleset(file)) {
      new NftReader(draft.firewall()).read(file);
    } else if (BootFiles.isSettings(file)) {
      sysctl(file);
    } else if (file.name().contains("dnsmasq")) {
      dnsmasq(file);
    } else if (!file.lastName().endsWith(".service")) {
      draft.notes().info("F66", new Place(file.name(), 0, 0), "import.file", file.lastName());
    }
  }

  private void sysctl(SourceFile file) {
    boolean misplaced = BootFiles.isMisplaced(file.path());
    String[] lines = file.content().split("\n", -1);
    for (var setting : BootFiles.lines(file)) {
      var place = new Place(file.name(), setting.line(), 1);
      if (misplaced) {
        String text = lines[setting.line() - 1].strip();
        if (text.startsWith("net.")) {
          draft.notes().error("F43", place, "host.misplaced", FileValues.shown(text), file.path());
        }
        continue;
      }
      var forwarding = setting.value().equals("0") ? Forwarding.OFF : Forwarding.ON;
      switch (setting.key()) {
        case "net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding" ->
            draft.forwardIpv4(forwarding, place);
        case "net.ipv6.conf.all.forwarding" -> draft.forwardIpv6(forwarding, place);
        default -> {
          if (DECIDING.matcher(setting.key()).matches()) {
            String words = setting.key() + "=" + setting.value();
            draft.command(new Command(place, List.of("sysctl", "-w", words)));
          }
        }
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
