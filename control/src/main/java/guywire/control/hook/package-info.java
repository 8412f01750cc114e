/** Hosts that become nodes: invited, proven to be who they are, approved, refused, removed. */
@NullMarked
package guywire.control.hook;

import org.jspecify.annotations.NullMarked;
