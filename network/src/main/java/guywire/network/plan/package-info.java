/** From a definition to the configuration of each node. */
@NullMarked
package guywire.network.plan;

import org.jspecify.annotations.NullMarked;
