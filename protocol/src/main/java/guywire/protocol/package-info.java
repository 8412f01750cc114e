/**
 * WireGuard itself: keys, handshake, cookies, replay window, timers and allowed IPs, as a state
 * machine without I/O, threads or clocks of its own.
 */
@NullMarked
package guywire.protocol;

import org.jspecify.annotations.NullMarked;
