/** What is written: files of nodes, and the directories that hold them. */
@NullMarked
package guywire.format.output;

import org.jspecify.annotations.NullMarked;
