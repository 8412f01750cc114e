package guywire.control.store;

import guywire.network.Name;

/**
 * Somebody who may use the server, through tokens.
 *
 * @param id who it is, whatever the name
 * @param name the name
 */
public record User(String id, Name name) {}
