package guywire.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** A file with the certificates of those who sign others, in PEM. */
final class AuthoritiesFile {

  private static final long LONGEST = 1 << 20;

  private AuthoritiesFile() {}

  /** Those in a file; empty if it is no such file. */
  static Optional<List<X509Certificate>> read(String file) {
    try {
      Path path = Path.of(file);
      if (Files.size(path) <= LONGEST) {
        try (var in = Files.newInputStream(path)) {
          var all =
              CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                  .map(X509Certificate.class::cast)
                  .toList();
          return Optional.of(all).filter(some -> !some.isEmpty());
        }
      }
    } catch (IOException | CertificateException | IllegalArgumentException e) {
      // What it is instead is of no interest.
    }
    return Optional.empty();
  }
}
