package guywire.control.store;

import java.time.Instant;
import java.util.Optional;

/**
 * A version of a definition.
 *
 * @param number the number, from 1
 * @param definition the text, exactly as it was given
 * @param author the user whose it is
 * @param created when it became the newest
 * @param comment what the author said of it; may be empty
 * @param state that it is tried by a few nodes, or was stopped; empty otherwise
 * @param word why, or what is to be said of how it came to the nodes; may be empty
 */
public record Version(
    long number,
    String definition,
    String author,
    Instant created,
    String comment,
    Optional<Rollout.State> state,
    String word) {}
