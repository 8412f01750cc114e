/** The server that a network is managed from. */
@NullMarked
package guywire.control;

import org.jspecify.annotations.NullMarked;
