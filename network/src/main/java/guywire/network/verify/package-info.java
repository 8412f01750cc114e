/** Who reaches whom in a network, why not, and what is wrong, from its configurations alone. */
@NullMarked
package guywire.network.verify;

import org.jspecify.annotations.NullMarked;
