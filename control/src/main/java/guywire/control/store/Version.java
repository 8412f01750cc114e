package guywire.control.store;

import java.time.Instant;

/**
 * A version of a definition.
 *
 * @param number the number, from 1
 * @param definition the text, exactly as it was given
 * @param author the user whose it is
 * @param created when it became the newest
 * @param comment what the author said of it; may be empty
 */
public record Version(
    long number, String definition, String author, Instant created, String comment) {}
