/**
 * ChaCha20-Poly1305 for data messages, by several engines; {@link guywire.tunnel.cipher.Engines}
 * chooses.
 */
@NullMarked
package guywire.tunnel.cipher;

import org.jspecify.annotations.NullMarked;
