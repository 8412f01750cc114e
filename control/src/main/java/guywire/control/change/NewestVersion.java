package guywire.control.change;

import guywire.network.Network;
import guywire.plan.definition.Definition;

/**
 * The newest version of a network, planned.
 *
 * @param version its number
 * @param definition what its author wrote
 * @param network what comes of it, with the keys of today
 */
public record NewestVersion(long version, Definition definition, Network network) {}
