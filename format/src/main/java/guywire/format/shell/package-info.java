/** Shell scripts, guides and hooks, and what their commands do; nothing is ever run. */
@NullMarked
package guywire.format.shell;

import org.jspecify.annotations.NullMarked;
