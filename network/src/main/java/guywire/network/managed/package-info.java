/**
 * What a managed node and its server say to each other: bounded, strict documents. None of them can
 * ask a node to run anything or to tell what is in its files.
 */
@NullMarked
package guywire.network.managed;

import org.jspecify.annotations.NullMarked;
