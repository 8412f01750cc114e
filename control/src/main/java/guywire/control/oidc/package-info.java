/**
 * Signing in by an identity provider (OpenID Connect): what is asked of it, and what is believed.
 */
@NullMarked
package guywire.control.oidc;

import org.jspecify.annotations.NullMarked;
