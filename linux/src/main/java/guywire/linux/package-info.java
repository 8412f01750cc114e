/**
 * The kernel through the FFM API: TUN, UDP, netlink, namespaces, sysctl, libcrypto. Small, typed,
 * no policy.
 */
@NullMarked
package guywire.linux;

import org.jspecify.annotations.NullMarked;
