/** IP addresses and prefixes as values. Nothing here knows of WireGuard. */
@NullMarked
package guywire.address;

import org.jspecify.annotations.NullMarked;
