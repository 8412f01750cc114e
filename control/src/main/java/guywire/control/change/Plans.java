package guywire.control.change;

import guywire.address.IpAddress;
import guywire.control.store.TunnelKeys;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.json.NetworkId;
import guywire.protocol.PublicKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The plans that were asked for last, so that many who ask after a change have it planned once.
 * Safe for use by several threads.
 */
final class Plans {

  /** So many; the one that was longest not asked for is forgotten first. */
  private static final int MOST = 16;

  /** All that a plan is made from. */
  record Inputs(
      NetworkId network,
      Optional<String> definition,
      Map<Name, PublicKey> keys,
      Map<TunnelKeys.Spare, PublicKey> spares,
      Map<Name, List<IpAddress>> addresses) {

    static Inputs of(Snapshot network) {
      return new Inputs(
          network.network().id(),
          network.definition(),
          network.keys(),
          network.spares(),
          network.addresses());
    }

    PublicKeys store() {
      return new PublicKeys(network, keys, spares, addresses);
    }
  }

  /** A plan, made by the first who wants it; the others wait for that. */
  private static final class Kept {
    private final Inputs inputs;
    private Optional<Optional<Network>> made = Optional.empty();

    Kept(Inputs inputs) {
      this.inputs = inputs;
    }

    synchronized Optional<Network> made(Function<Inputs, Optional<Network>> maker) {
      if (made.isEmpty()) {
        made = Optional.of(maker.apply(inputs));
      }
      return made.get();
    }
  }

  private final Deque<Kept> kept = new ArrayDeque<>();

  /**
   * A plan.
   *
   * @param maker makes it, if it is not here
   */
  Optional<Network> of(Inputs inputs, Function<Inputs, Optional<Network>> maker) {
    return kept(inputs).made(maker);
  }

  private synchronized Kept kept(Inputs inputs) {
    var found = kept.stream().filter(each -> each.inputs.equals(inputs)).findFirst();
    found.ifPresent(kept::remove);
    var first = found.orElseGet(() -> new Kept(inputs));
    kept.addFirst(first);
    if (kept.size() > MOST) {
      kept.removeLast();
    }
    return first;
  }
}
