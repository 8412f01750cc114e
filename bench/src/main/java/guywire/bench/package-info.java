/** Benchmarks of whole programs, with the peers they are held against. */
@NullMarked
package guywire.bench;

import org.jspecify.annotations.NullMarked;
