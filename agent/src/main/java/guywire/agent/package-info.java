/** One long-lived process on a node, which keeps it what its NodeConfig says. */
@NullMarked
package guywire.agent;

import org.jspecify.annotations.NullMarked;
