/**
 * The data plane: moves packets between TUN and UDP through the protocol, and answers wg on its
 * control socket.
 */
@NullMarked
package guywire.tunnel;

import org.jspecify.annotations.NullMarked;
