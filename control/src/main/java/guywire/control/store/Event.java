package guywire.control.store;

import java.time.Instant;

/**
 * Something that happened to a node, for those who want to be told.
 *
 * @param number counts the events, from 1
 * @param at when
 * @param kind what, such as {@code node-down}
 * @param network the name of its network
 * @param subject the name of what it happened to
 * @param detail what else is worth knowing; may be empty
 */
public record Event(
    long number, Instant at, String kind, String network, String subject, String detail) {}
