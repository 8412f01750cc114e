/** Changes of a network: planned and proven as a whole before they land. */
@NullMarked
package guywire.control.change;

import org.jspecify.annotations.NullMarked;
