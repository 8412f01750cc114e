/** Who reaches whom in a network, why not, and what is wrong, from its configurations alone. */
@NullMarked
package guywire.prove;

import org.jspecify.annotations.NullMarked;
