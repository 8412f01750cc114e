/**
 * A certificate for browsers by ACME (RFC 8555): an authority sees that the names are this server's
 * and signs, and does so anew in time.
 */
@NullMarked
package guywire.control.acme;

import org.jspecify.annotations.NullMarked;
