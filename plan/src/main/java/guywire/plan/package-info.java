/** From a definition to the configuration of each node. */
@NullMarked
package guywire.plan;

import org.jspecify.annotations.NullMarked;
