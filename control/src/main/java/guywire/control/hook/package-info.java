/** What happens to nodes, and the webhooks that are told of it. */
@NullMarked
package guywire.control.hook;

import org.jspecify.annotations.NullMarked;
