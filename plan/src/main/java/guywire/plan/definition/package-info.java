/** The language a network is declared in: read from YAML, checked, not yet planned. */
@NullMarked
package guywire.plan.definition;

import org.jspecify.annotations.NullMarked;
