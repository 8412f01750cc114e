/** From the configurations that hosts have to a definition of their network. */
@NullMarked
package guywire.recognise;

import org.jspecify.annotations.NullMarked;
