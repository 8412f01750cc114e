package guywire.control.store;

import guywire.network.json.NetworkId;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/**
 * Somebody who is told of events.
 *
 * @param id which it is
 * @param url where it is told
 * @param secret what signs what is sent
 * @param network the only network of which it is told
 * @param created when it was made
 * @param sent the number of the event that it took last
 * @param tries how often it was told of the next one in vain
 * @param due from when on it is told of the next one
 * @param outcome what came of the last try; empty before the first
 */
public record Webhook(
    String id,
    URI url,
    HookSecret secret,
    Optional<NetworkId> network,
    Instant created,
    long sent,
    long tries,
    Instant due,
    String outcome) {}
