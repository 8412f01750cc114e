/** The catalogue of faults, for people to look up. */
@NullMarked
package guywire.prove.catalogue;

import org.jspecify.annotations.NullMarked;
