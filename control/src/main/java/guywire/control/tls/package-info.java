/** With which certificate a server answers whom: its own, or one that browsers trust. */
@NullMarked
package guywire.control.tls;

import org.jspecify.annotations.NullMarked;
