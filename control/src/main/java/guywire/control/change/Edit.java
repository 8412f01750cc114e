package guywire.control.change;

import guywire.control.store.Networks;
import guywire.control.store.StoredNetwork;
import guywire.network.Name;
import guywire.protocol.PublicKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/**
 * A change that a program makes in whatever version of a definition is the newest.
 *
 * @param action what the audit calls it
 * @param subject what it is done to
 * @param text what becomes of the text; empty if it can't be done
 * @param keys the keys of nodes that come with it
 * @param cuts whom it may cut off
 * @param beside what is kept with it, in the same transaction
 */
record Edit(
    String action,
    Name subject,
    UnaryOperator<Optional<String>> text,
    Map<Name, PublicKey> keys,
    List<Cut> cuts,
    BiConsumer<Networks, StoredNetwork> beside) {

  /** Copies the collections. */
  Edit {
    keys = Map.copyOf(keys);
    cuts = List.copyOf(cuts);
  }
}
