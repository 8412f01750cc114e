/**
 * The one form of our values as JSON: versioned documents of a node and of a network, and the codec
 * of records that they are written and read by.
 */
@NullMarked
package guywire.network.json;

import org.jspecify.annotations.NullMarked;
