/**
 * Machine code made by ourselves at run time, for what costs most per packet: ciphers and sums.
 * {@link guywire.tunnel.machine.Routines} is its door.
 */
@NullMarked
package guywire.tunnel.machine;

import org.jspecify.annotations.NullMarked;
