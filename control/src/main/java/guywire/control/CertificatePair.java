package guywire.control;

import java.nio.file.Path;

/**
 * Where a certificate for browsers is, which another program renews.
 *
 * @param certificate the certificate, then each that signed the one before it, in PEM
 * @param key its private key, in PEM, for its owner alone
 */
public record CertificatePair(Path certificate, Path key) implements BrowserCertificate {}
