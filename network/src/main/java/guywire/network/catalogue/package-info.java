/** The catalogue of faults, for people to look up. */
@NullMarked
package guywire.network.catalogue;

import org.jspecify.annotations.NullMarked;
