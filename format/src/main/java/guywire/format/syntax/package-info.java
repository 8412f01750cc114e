/**
 * The notations of files (INI, UCI, RouterOS, XML), the values in them, and what is found wrong.
 */
@NullMarked
package guywire.format.syntax;

import org.jspecify.annotations.NullMarked;
