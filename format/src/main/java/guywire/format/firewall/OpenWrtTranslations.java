package guywire.format.firewall;

import guywire.address.IpAddress;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.UciFile;
import guywire.format.syntax.UciFile.Section;
import guywire.network.Doubt.Stage;
import guywire.network.NatRule;
import guywire.network.PacketMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads fw4's translations of addresses: {@code nat} and {@code redirect}. */
final class OpenWrtTranslations {

  private final UciFile uci;
  private final FirewallDraft draft;
  private final OpenWrtZones zones;
  private final OpenWrtMatches matches;

  OpenWrtTranslations(UciFile uci, FirewallDraft draft, OpenWrtZones zones) {
    this.uci = uci;
    this.draft = draft;
    this.zones = zones;
    this.matches = new OpenWrtMatches(draft.notes());
  }

  /** Reads them all. */
  void read() {
    var rules = new ArrayList<Zoned<NatRule>>();
    for (var section : uci.sections("firewall")) {
      if (section.type().equals("nat") && section.isOn("enabled", true)) {
        boolean whole = matches.isUnderstood(section);
        var to = section.option("snat_ip").flatMap(v -> IpAddress.tryParse(v.text()));
        boolean done =
            section.text("target", "").equals("MASQUERADE")
                || section.text("target", "").equals("SNAT") && to.isPresent();
        for (var match : matches.of(section, "dest_port", "dest_ip")) {
          if (!whole || !done) {
            rewrites(section, match);
          }
          for (var side : zones.sides(section.text("src", "*"))) {
            boolean fixed = section.text("target", "").equals("SNAT");
            if (fixed && to.isPresent()) {
              rules.add(
                  new Zoned<>(
                      new NatRule.Source(match, to.get()),
                      Optional.empty(),
                      side,
                      section.place()));
            } else if (section.text("target", "").equals("MASQUERADE")) {
              rules.add(
                  new Zoned<>(
                      new NatRule.Masquerade(match), Optional.empty(), side, section.place()));
            }
          }
        }
      } else if (section.type().equals("redirect") && section.isOn("enabled", true)) {
        redirect(section, rules);
      }
    }
    for (var zoned : zones.merged(rules)) {
      draft.nat(zoned(zoned), zoned.place());
    }
  }

  /** A translation that is not understood, for those that it can be for. */
  private void rewrites(Section section, PacketMatch match) {
    draft.unread(
        Stage.ROUTING, match, Optional.empty(), section.place(), "config " + section.type());
  }

  private void redirect(Section section, List<Zoned<NatRule>> rules) {
    boolean whole = matches.isUnderstood(section);
    var to = section.option("dest_ip").flatMap(v -> IpAddress.tryParse(v.text()));
    var port = section.option("dest_port").map(v -> FileValues.number(v.text(), 65535));
    if (to.isEmpty() || !section.text("target", "DNAT").equals("DNAT")) {
      // To the router itself, or of the source.
      matches.of(section, "src_dport", "src_dip").forEach(match -> rewrites(section, match));
      return;
    }
    var number =
        port.isPresent() && port.get().isPresent()
            ? OptionalInt.of((int) port.get().getAsLong())
            : OptionalInt.empty();
    for (var match : matches.of(section, "src_dport", "src_dip")) {
      if (!whole) {
        rewrites(section, match);
      }
      for (var side : zones.sides(section.text("src", "*"))) {
        rules.add(
            new Zoned<>(
                new NatRule.Destination(match, to.get(), number),
                side,
                Optional.empty(),
                section.place()));
      }
    }
  }

  private static NatRule zoned(Zoned<NatRule> zoned) {
    var match = zoned.narrowed(zoned.rule().match());
    return switch (zoned.rule()) {
      case NatRule.Masquerade ignored -> new NatRule.Masquerade(match);
      case NatRule.Source source -> new NatRule.Source(match, source.to());
      case NatRule.Destination dnat -> new NatRule.Destination(match, dnat.to(), dnat.port());
      case NatRule.Map map -> map;
    };
  }
}
