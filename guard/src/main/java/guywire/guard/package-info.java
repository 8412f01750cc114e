/**
 * What stands between root and the outside: directories and files that nobody but their owner can
 * have changed, and text that can't move a terminal's cursor.
 */
@NullMarked
package guywire.guard;

import org.jspecify.annotations.NullMarked;
