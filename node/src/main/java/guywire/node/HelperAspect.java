package guywire.node;

import guywire.network.NameServer;
import guywire.network.json.RecordCodec;
import guywire.network.text.Text;
import guywire.node.Thing.Helper.Program;
import java.util.List;
import java.util.Optional;

/**
 * The processes beside a node: its name server, its agent, and the watch over endpoints given by
 * name.
 */
final class HelperAspect implements Aspect {

  /** What the watch is told. */
  record Watched(List<PeerEndpoint> endpoints) {}

  static final RecordCodec<NameServer> NAME_SERVER = RecordCodec.of(NameServer.class);
  static final RecordCodec<Watched> WATCHED = RecordCodec.of(Watched.class);

  @Override
  public boolean has(Thing thing) {
    return thing instanceof Thing.Helper;
  }

  @Override
  public void see(Tools tools, Scope scope, Observed.Picture picture) {
    for (var program : Program.values()) {
      var thing = new Thing.Helper(scope.node(), program);
      HelperProcess.of(tools, thing).serves().ifPresent(text -> picture.things.put(thing, text));
    }
  }

  @Override
  public void want(Demand demand, Wanted wanted) {
    var node = demand.node().id();
    demand
        .config()
        .nameServer()
        .ifPresent(server ->
            wanted.put(new Thing.Helper(node, Program.NAME_SERVER), NAME_SERVER.write(server)));
    var named =
        PeerEndpoint.of(demand.config()).stream()
            .filter(each -> each.endpoint().address().isEmpty())
            .toList();
    AgentOrders.of(demand.config())
        .ifPresent(orders ->
            wanted.put(new Thing.Helper(node, Program.AGENT), AgentOrders.CODEC.write(orders)));
    if (!named.isEmpty()) {
      wanted.put(new Thing.Helper(node, Program.ENDPOINT_WATCH), WATCHED.write(new Watched(named)));
    }
  }

  @Override
  public Optional<String> bring(Tools tools, Thing thing, Optional<String> to) {
    var process = HelperProcess.of(tools, (Thing.Helper) thing);
    process.stop();
    to.ifPresent(process::start);
    return Optional.empty();
  }

  @Override
  public Text says(Thing thing, Optional<String> from, Optional<String> to) {
    return switch (((Thing.Helper) thing).program()) {
      case NAME_SERVER ->
          to.isPresent()
              ? Text.of(HelperAspect.class, "step.name-server", NAME_SERVER.read(to.get()).domain())
              : Text.of(HelperAspect.class, "step.no-name-server");
      case ENDPOINT_WATCH ->
          to.isPresent()
              ? Text.of(
                  HelperAspect.class,
                  "step.watch",
                  String.valueOf(WATCHED.read(to.get()).endpoints().size()))
              : Text.of(HelperAspect.class, "step.no-watch");
      case AGENT ->
          to.isPresent()
              ? Text.of(
                  HelperAspect.class,
                  "step.agent",
                  String.valueOf(AgentOrders.CODEC.read(to.get()).destinations().size()))
              : Text.of(HelperAspect.class, "step.no-agent");
    };
  }
}
