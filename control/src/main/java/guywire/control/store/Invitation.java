package guywire.control.store;

import guywire.network.Name;
import java.util.Optional;

/**
 * What a token to join with grants.
 *
 * @param name the only name that a host may have; empty for any
 * @param memberOf the group that a new node becomes a member of
 * @param approves whether the host need not wait for anybody
 */
public record Invitation(Optional<Name> name, Optional<Name> memberOf, boolean approves) {}
