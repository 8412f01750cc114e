/** Ports of the router's public address that it passes to this node, asked for and kept. */
@NullMarked
package guywire.agent.mapping;

import org.jspecify.annotations.NullMarked;
