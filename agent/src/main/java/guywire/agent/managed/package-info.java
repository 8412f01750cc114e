/** This host as a node that a server manages: joined by a token, known by a key of its own. */
@NullMarked
package guywire.agent.managed;

import org.jspecify.annotations.NullMarked;
