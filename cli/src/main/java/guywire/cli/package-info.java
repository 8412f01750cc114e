/** The command line: wiring only. */
@NullMarked
package guywire.cli;

import org.jspecify.annotations.NullMarked;
