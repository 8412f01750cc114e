package guywire.control.store;

import guywire.network.Name;
import guywire.network.json.NetworkId;
import java.time.Instant;

/**
 * A network as it is kept.
 *
 * @param id which it is, whatever it is called
 * @param name what it is called
 * @param version the number of its newest definition, from 1
 * @param revision counts the changes of what its nodes shall be: by definitions and by keys
 * @param created since when it is kept
 */
public record StoredNetwork(
    NetworkId id, Name name, long version, long revision, Instant created) {}
