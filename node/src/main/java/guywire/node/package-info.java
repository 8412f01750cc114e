/** This host as a node: applies a NodeConfig, shows it, takes it back. */
@NullMarked
package guywire.node;

import org.jspecify.annotations.NullMarked;
