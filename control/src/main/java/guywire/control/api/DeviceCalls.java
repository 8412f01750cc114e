package guywire.control.api;

import guywire.address.IpAddress;
import guywire.control.change.ChangeOutcome;
import guywire.control.change.Changes;
import guywire.control.change.Devices;
import guywire.control.join.KeyAges;
import guywire.control.join.LiveNodes.LivePeer;
import guywire.control.store.Database;
import guywire.control.store.Networks;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import guywire.control.store.User;
import guywire.control.store.Users;
import guywire.network.Name;
import guywire.network.Platform;
import guywire.network.json.NodeDocument;
import guywire.plan.definition.Definition;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.NodeEntry.Role;
import guywire.plan.definition.NodeEntry.Where;
import guywire.protocol.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Devices without an agent: whatever moves about and takes its configuration from a file. */
final class DeviceCalls {

  private static final int LONGEST_NAME = 63;

  /** So many devices of his own somebody may have who may have nothing else. */
  static final int MOST_OWN = 20;

  private static final List<String> STATES = List.of("active", "paused", "expired", "waiting");

  private static final long LONGEST_LIFE = Duration.ofDays(3660).toSeconds();
  private static final long LONGEST_LINK = Duration.ofDays(7).toSeconds();
  private static final long USUAL_LINK = Duration.ofMinutes(15).toSeconds();

  private final Database database;
  private final Changes changes;
  private final Live live;
  private final KeyAges ages;
  private final Devices devices;

  DeviceCalls(Database database, Changes changes, Live live, KeyAges ages, Devices devices) {
    this.ages = ages;
    this.live = live;
    this.database = database;
    this.changes = changes;
    this.devices = devices;
  }

  /** A device in a list. */
  private record Listed(
      NodeEntry entry,
      StoredNode node,
      List<IpAddress> addresses,
      Optional<LivePeer> peer,
      String state,
      boolean online) {}

  private static final Listing<Listed> LISTING =
      Listing.<Listed>by("name", device -> device.node().name().text())
          .ordered("kind", device -> device.entry().platform().word())
          .ordered("state", Listed::state)
          .ordered("owner", device -> owner(device.node()))
          .orderedByTime("expires", device -> device.node().expires())
          .orderedByTime("latest-handshake", device -> device.peer().flatMap(LivePeer::handshake))
          .orderedByNumber(
              "received-bytes", device -> device.peer().map(peer -> peer.report().receivedBytes()))
          .orderedByNumber(
              "sent-bytes", device -> device.peer().map(peer -> peer.report().sentBytes()))
          .chosen("kind", device -> device.entry().platform().word())
          .chosen("state", STATES, Listed::state)
          .chosen("owner", device -> owner(device.node()))
          .chosen("online", Listing.YES_NO, device -> String.valueOf(device.online()))
          .searched(device ->
              Stream.of(
                      Stream.of(device.node().name().text(), owner(device.node())),
                      device.node().publicKey().stream().map(PublicKey::toString),
                      device.addresses().stream().map(IpAddress::toString))
                  .flatMap(texts -> texts));

  /** What a list of devices can be asked for by. */
  static Set<String> parameters() {
    return LISTING.parameters();
  }

  private static String owner(StoredNode node) {
    return node.owner().map(user -> user.name().text()).orElse("");
  }

  Reply list(Call call) {
    var network = call.about();
    var page = LISTING.page(listed(call), call);
    var since = ages.since(network);
    var due = ages.due(network);
    return Reply.ok(
        ApiJson.page(
            page,
            device -> {
              var node = device.node();
              var form = form(node, device.entry().platform(), call.now());
              device.peer().ifPresent(peer -> form.set("live", live.device(peer)));
              Optional.ofNullable(since.get(node.id()))
                  .ifPresent(at -> form.put("key-since", at.toString()));
              if (due.contains(node.id())) {
                form.put("key-due", true);
              }
              var array = form.putArray("addresses");
              device.addresses().forEach(address -> array.add(address.toString()));
              return form;
            }));
  }

  /** All devices that the one who asks may see. */
  private List<Listed> listed(Call call) {
    var network = call.about();
    var kept = ages.nodes(network);
    var owners = database.read(session -> new Networks(session).owners(network.id()));
    var nodes =
        kept.nodes().stream()
            .map(node -> node.of(Optional.ofNullable(owners.get(node.id()))))
            .filter(node -> call.only().isEmpty() || node.owner().equals(call.only()))
            .collect(Collectors.toMap(StoredNode::name, node -> node));
    var peers = live.peers(network.id());
    var entries = changes.desired().definition(network).map(Definition::nodes).orElse(List.of());
    return entries.stream()
        .filter(DeviceCalls::isDevice)
        .flatMap(entry ->
            Optional.ofNullable(nodes.get(entry.name())).stream()
                .map(node -> {
                  var peer = node.publicKey().flatMap(key -> Optional.ofNullable(peers.get(key)));
                  return new Listed(
                      entry,
                      node,
                      kept.addresses().getOrDefault(entry.name(), List.of()),
                      peer,
                      state(node, call.now()),
                      peer.map(live::isOnline).orElse(false));
                }))
        .toList();
  }

  private Set<Name> owned(StoredNetwork network, User user) {
    return database.read(session -> new Networks(session).nodes(network.id())).stream()
        .filter(node -> node.owner().equals(Optional.of(user)))
        .map(StoredNode::name)
        .collect(Collectors.toSet());
  }

  private static boolean isDevice(NodeEntry entry) {
    return entry.where() instanceof Where.Roaming && entry.role() == Role.PLAIN;
  }

  private static String state(StoredNode node, Instant now) {
    return node.isExpired(now)
        ? "expired"
        : node.paused() ? "paused" : node.publicKey().isEmpty() ? "waiting" : "active";
  }

  private static ObjectNode form(StoredNode node, Platform platform, Instant now) {
    var form = ApiJson.object();
    form.put("id", node.id().text());
    form.put("name", node.name().text());
    form.put("kind", platform.word());
    node.publicKey().ifPresent(key -> form.put("public-key", key.toString()));
    form.put("state", state(node, now));
    node.expires().ifPresent(end -> form.put("expires", end.toString()));
    node.owner().ifPresent(owner -> form.put("owner", owner.name().text()));
    return form;
  }

  Reply add(Call call) {
    var body = call.body();
    var name = name(body.needed("name", LONGEST_NAME), "name");
    var platform =
        Platform.tryParse(body.needed("kind", LONGEST_NAME))
            .orElseThrow(() -> Problem.of(400, "bad-kind"));
    var hub = body.text("hub", LONGEST_NAME).map(text -> name(text, "hub"));
    var key = NetworkCalls.key(body);
    var expires = expires(call);
    var owner = call.only().or(() -> owner(call));
    body.complete();
    if (call.only().map(user -> owned(call.about(), user).size() >= MOST_OWN).orElse(false)) {
      throw Problem.of(409, "enough-devices", String.valueOf(MOST_OWN));
    }
    if (changes.desired().definition(call.about()).map(Definition::presharedKeys).orElse(false)) {
      // Nobody here has one to give.
      throw Problem.of(409, "preshared");
    }
    var outcome =
        devices.add(
            call.by(), call.about(), new Devices.Wanted(name, platform, hub, key, expires, owner));
    if (!(outcome instanceof ChangeOutcome.Landed landed)) {
      return NetworkCalls.outcome(call, outcome);
    }
    var node =
        database
            .read(session -> new Networks(session).node(landed.network().id(), name))
            .orElseThrow(() -> Problem.of(404, "not-found"));
    var answer = ApiJson.object();
    answer.set("device", form(node, platform, call.now()));
    answer.set("network", ApiJson.network(landed.network()));
    if (call.only().isEmpty()) {
      answer.set("preview", ApiJson.preview(landed.preview(), call.locale()));
    }
    answer.set("document", document(landed.network(), node));
    return Reply.created(answer);
  }

  /** The member {@code owner} of a body: somebody who is known here. */
  private Optional<User> owner(Call call) {
    return call.body()
        .text("owner", LONGEST_NAME)
        .map(text ->
            Name.tryParse(text)
                .flatMap(name -> database.read(session -> new Users(session).named(name)))
                .orElseThrow(() -> Problem.of(400, "no-user")));
  }

  /** Says whose a device is; nobody's where the body names none. */
  Reply give(Call call) {
    var node = device(call);
    var owner = owner(call);
    call.body().complete();
    devices.give(call.by(), call.about(), node, owner);
    var now =
        new StoredNode(
            node.id(), node.name(), node.publicKey(), node.paused(), node.expires(), owner);
    return Reply.ok(form(now, entry(call.about(), now).platform(), call.now()));
  }

  Reply delete(Call call) {
    var outcome = devices.delete(call.by(), call.about(), device(call));
    if (!(outcome instanceof ChangeOutcome.Landed landed)) {
      return NetworkCalls.outcome(call, outcome);
    }
    return Reply.ok(ApiJson.network(landed.network()));
  }

  /** Lets a device in, or not, until a time or for good. */
  Reply leave(Call call) {
    var node = device(call);
    var body = call.body();
    String state = body.needed("state", LONGEST_NAME);
    var expires = expires(call);
    body.complete();
    if (!state.equals("active") && !state.equals("paused")) {
      throw Problem.of(400, "bad-state");
    }
    if (state.equals("active") && expires.isEmpty() && node.isExpired(call.now())) {
      throw Problem.of(409, "expired");
    }
    var now =
        devices.leave(
            call.by(),
            call.about(),
            node,
            state.equals("paused"),
            expires.isPresent() ? expires : node.expires());
    return Reply.ok(form(now, entry(call.about(), now).platform(), call.now()));
  }

  Reply link(Call call) {
    var node = device(call);
    long seconds = call.body().number("expires-in-seconds", 1, LONGEST_LINK).orElse(USUAL_LINK);
    call.body().complete();
    if (entry(call.about(), node).publicKey().isPresent()) {
      throw Problem.of(409, "key-declared");
    }
    var secret = TokenSecret.random();
    var token = devices.link(call.by(), call.about(), node, secret, Duration.ofSeconds(seconds));
    var answer = ApiJson.token(token, _ -> call.about().name().text());
    answer.put("token", secret.reveal());
    return Reply.created(answer);
  }

  /** What a one-time link is for, and how long it still is: looking does not use it up. */
  Reply seen(Call call) {
    var errand = errand(call.by());
    var shown = ApiJson.object();
    shown.put("name", errand.node().name().text());
    shown.put("kind", entry(errand.network(), errand.node()).platform().word());
    shown.put("network", errand.network().name().text());
    call.by()
        .expires()
        .ifPresent(end ->
            shown.put("seconds-left", Math.max(0, Duration.between(call.now(), end).toSeconds())));
    return Reply.ok(shown);
  }

  /** Takes the key that the holder of a one-time link made, and tells what the device shall be. */
  Reply take(Call call) {
    var key =
        NetworkCalls.key(call.body()).orElseThrow(() -> Problem.of(400, "missing", "public-key"));
    call.body().complete();
    var errand = errand(call.by());
    if (entry(errand.network(), errand.node()).publicKey().isPresent()) {
      throw Problem.of(409, "key-declared");
    }
    var document =
        devices
            .take(call.by(), errand.network(), errand.node(), key)
            .orElseThrow(() -> Problem.of(409, "key-taken"));
    return Reply.created(ApiJson.parse(document.write()));
  }

  /** What a one-time link is about. */
  private record Errand(StoredNetwork network, StoredNode node) {}

  private Errand errand(Token token) {
    return database
        .read(session -> {
          var networks = new Networks(session);
          return token
              .network()
              .flatMap(networks::of)
              .flatMap(network ->
                  token
                      .node()
                      .flatMap(id -> networks.node(network.id(), id))
                      .map(node -> new Errand(network, node)));
        })
        .orElseThrow(() -> Problem.of(404, "not-found"));
  }

  private JsonNode document(StoredNetwork network, StoredNode node) {
    return ApiJson.parse(
        changes
            .desired()
            .document(network, node)
            .map(NodeDocument::write)
            .orElseThrow(() -> Problem.of(422, "no-longer-works")));
  }

  private static Optional<Instant> expires(Call call) {
    return call.body().number("expires-in-seconds", 1, LONGEST_LIFE).map(call.now()::plusSeconds);
  }

  private static Name name(String text, String member) {
    return Name.tryParse(text).orElseThrow(() -> Problem.of(400, "bad-name", member));
  }

  private StoredNode device(Call call) {
    var name = call.name("device");
    var node =
        database
            .read(session -> new Networks(session).node(call.about().id(), name))
            .orElseThrow(() -> Problem.of(404, "not-found"));
    entry(call.about(), node);
    return node;
  }

  /** What the definition says of a device; who is none has no business here. */
  private NodeEntry entry(StoredNetwork network, StoredNode node) {
    return changes
        .desired()
        .definition(network)
        .flatMap(definition -> definition.node(node.name()))
        .filter(DeviceCalls::isDevice)
        .orElseThrow(() -> Problem.of(404, "not-found"));
  }
}
