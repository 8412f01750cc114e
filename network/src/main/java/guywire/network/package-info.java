/**
 * What one node shall be (NodeConfig) and what surrounds it (Underlay): the values in the middle.
 */
@NullMarked
package guywire.network;

import org.jspecify.annotations.NullMarked;
