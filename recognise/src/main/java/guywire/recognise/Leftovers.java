package guywire.recognise;

import guywire.format.input.HookEffect;
import guywire.format.shell.HookReader;
import guywire.network.Hook;
import guywire.network.NatRule;
import guywire.network.Part;
import guywire.network.Part.Listing;
import guywire.network.RouteTable;
import guywire.network.text.Place;
import java.util.List;

/** What files say that a definition has no words for: it is told, with its place, and kept out. */
final class Leftovers {

  /** Commands are shown so far. */
  private static final int MOST = 100;

  private final List<Member> members;
  private final FoundUnderlay surroundings;
  private final FoundSettings settings;
  private final RecognitionNotes notes;

  Leftovers(
      List<Member> members,
      FoundUnderlay surroundings,
      FoundSettings settings,
      RecognitionNotes notes) {
    this.members = members;
    this.surroundings = surroundings;
    this.settings = settings;
    this.notes = notes;
  }

  /** Notes all of them. */
  void find() {
    for (var member : members) {
      if (!member.isGhost()) {
        tunnels(member);
        hooks(member);
        rules(member);
      }
    }
  }

  private void tunnels(Member member) {
    for (var own : member.tunnels()) {
      var tunnel = own.tunnel();
      switch (tunnel.table()) {
        case RouteTable.Auto _, RouteTable.Onward _ -> {}
        case RouteTable.Off _, RouteTable.Chosen _, RouteTable.ToGateway _, RouteTable.FromLan _ ->
            notes.leftOut(member, own.setting(Part.Setting.TABLE), "table-off");
        case RouteTable.Number number ->
            notes.leftOut(
                member,
                own.setting(Part.Setting.TABLE),
                "table-number",
                String.valueOf(number.number()));
      }
      if (tunnel.firewallMark() != 0) {
        notes.leftOut(
            member,
            own.setting(Part.Setting.FIREWALL_MARK),
            "mark",
            "0x" + Long.toHexString(tunnel.firewallMark()));
      }
    }
  }

  /** Hooks whose effect is not among the rules, and those that do what a plan does otherwise. */
  private void hooks(Member member) {
    var config = member.written().orElseThrow();
    for (var effect : HookReader.read(member.interfaceName(), config.hooks())) {
      if (effect.source().when() != Hook.When.POST_UP
          && effect.source().when() != Hook.When.PRE_UP) {
        continue;
      }
      var place = place(member, Listing.HOOKS, effect.source().hook());
      String command = shown(effect.source().command());
      switch (effect) {
        case HookEffect.NotUnderstood unknown ->
            notes.leftOut(member, place, "hook-unknown", command);
        case HookEffect.Unclear unclear -> notes.leftOut(member, place, "hook-unknown", command);
        case HookEffect.Flushes flushes -> notes.leftOut(member, place, "hook-unknown", command);
        case HookEffect.Fails fails -> notes.leftOut(member, place, "hook-unknown", command);
        case HookEffect.Setting setting ->
            notes.leftOut(member, place, "hook-setting", setting.key(), setting.value());
        case HookEffect.Rule rule -> notes.leftOut(member, place, "hook-unknown", command);
        case HookEffect.TableFlushed flushed -> {}
        case HookEffect.Routes route -> notes.leftOut(member, place, "hook-route", command);
        case HookEffect.Rewrites rewrites -> nat(member, rewrites.rule(), place);
        case HookEffect.Filters filters -> {}
        case HookEffect.Policy policy -> {}
        case HookEffect.Forwards forwards -> {}
        case HookEffect.Clamps clamps -> {}
        case HookEffect.Presumes presumes -> {}
        case HookEffect.Harmless harmless -> {}
      }
    }
  }

  private void rules(Member member) {
    var config = member.written().orElseThrow();
    for (int i = 0; i < config.routes().size(); i++) {
      notes.leftOut(
          member,
          place(member, Listing.ROUTES, i),
          "route",
          config.routes().get(i).to().toString());
    }
    for (int i = 0; i < config.nat().size(); i++) {
      nat(member, config.nat().get(i), place(member, Listing.NAT_RULES, i));
    }
  }

  private void nat(Member member, NatRule rule, Place place) {
    switch (rule) {
      case NatRule.Destination forward -> {
        String port =
            forward.match().ports().isEmpty()
                ? ""
                : String.valueOf(forward.match().ports().getFirst());
        notes.leftOut(member, place, "port-forward", port, forward.to().toString());
      }
      case NatRule.Map map -> {
        var site = surroundings.attachment(member).site();
        if (site.filter(one -> one.known().stream().anyMatch(map.shown()::contains)).isEmpty()) {
          notes.leftOut(member, place, "prefix-map", map.real().toString(), map.shown().toString());
        }
      }
      case NatRule.Masquerade masquerade -> source(member, rule, place);
      case NatRule.Source source -> source(member, rule, place);
    }
  }

  /** Source NAT has a meaning of its own at a gateway and where full tunnels end. */
  private void source(Member member, NatRule rule, Place place) {
    boolean meant =
        settings.isExit(member) || surroundings.attachment(member).sourceNat().isPresent();
    if (!meant && SourceNat.outOfTunnel(member, rule.match())) {
      notes.leftOut(member, place, "masquerade", member.name().text());
    }
  }

  private static Place place(Member member, Listing listing, int index) {
    return member.tunnels().getFirst().places().of(new Part.Entry(listing, index));
  }

  private static String shown(String command) {
    String text = command.replaceAll("[A-Za-z0-9+/]{43}=", "(key)").replaceAll("\\p{Cntrl}", " ");
    return text.length() > MOST ? text.substring(0, MOST) + " ..." : text;
  }
}
