/** What is read: files, and what they say of a node and of its commands. */
@NullMarked
package guywire.format.input;

import org.jspecify.annotations.NullMarked;
