package guywire.control.store;

import java.time.Instant;

/**
 * Something that somebody did. No secret is in it.
 *
 * @param number counts the entries, from 1
 * @param at when
 * @param actor the user in whose name
 * @param token the token by which; empty for the server itself
 * @param action what was done, such as {@code definition-changed}
 * @param network the name of the network it was done to; empty for the server itself
 * @param subject what it was done to there, such as a node or version; may be empty
 * @param detail what else is worth knowing; may be empty
 */
public record AuditEntry(
    long number,
    Instant at,
    String actor,
    String token,
    String action,
    String network,
    String subject,
    String detail) {}
