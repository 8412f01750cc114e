/**
 * The choice among ways, as a state machine: without I/O, threads, clock or randomness of its own.
 */
@NullMarked
package guywire.agent.choice;

import org.jspecify.annotations.NullMarked;
