/** Several servers on one database, which are one to the outside. */
@NullMarked
package guywire.control.replica;

import org.jspecify.annotations.NullMarked;
