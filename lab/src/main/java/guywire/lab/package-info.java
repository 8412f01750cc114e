/** A network in namespaces of this machine, with probes that send real packets. */
@NullMarked
package guywire.lab;

import org.jspecify.annotations.NullMarked;
