/**
 * From the configurations that hosts have to a definition of their network. {@link
 * guywire.recognise.Recogniser} is the door: it groups the hosts by the keys they share ({@code
 * TunnelGroups}), lists the machines ({@code FoundMembers} of {@code Member}s), finds where each is
 * attached ({@code FoundUnderlay}), who has tunnels to whom ({@code FoundTopology}), the policy
 * that the firewalls amount to ({@code FoundPolicy}), and writes it down ({@code DefinitionDraft}).
 */
@NullMarked
package guywire.recognise;

import org.jspecify.annotations.NullMarked;
