/** The door of the room: NodeConfigs from and to the files that devices understand. */
@NullMarked
package guywire.format;

import org.jspecify.annotations.NullMarked;
