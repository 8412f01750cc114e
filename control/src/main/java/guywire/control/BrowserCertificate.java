package guywire.control;

/** From where a server has a certificate that browsers trust. */
public sealed interface BrowserCertificate permits CertificatePair, AcmeOptions {}
