package guywire.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import guywire.control.oidc.ProviderSettings;
import guywire.control.tls.TestTls;
import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * A real identity provider, the certified oidc-provider for Node, in a process of its own on the
 * loopback interface: {@code web/src/test/page/identity.mjs}.
 */
public final class RealProvider implements AutoCloseable {

  /** What the server shows there. */
  public static final String SECRET = "a secret: of a test/&+";

  private static final Path SCRIPT =
      Path.of("../web/src/test/page/identity.mjs").toAbsolutePath().normalize();

  private final Process process;
  private final String issuer;
  private final Path certificate;

  private RealProvider(Process process, String issuer, Path certificate) {
    this.process = process;
    this.issuer = issuer;
    this.certificate = certificate;
  }

  /**
   * Starts one.
   *
   * @param directory for its certificate
   * @param server the address of the server that it knows
   */
  public static RealProvider start(Path directory, String server) throws IOException {
    try (var owned = OwnedDirectory.make(directory, Audience.OWNER)) {
      ServerCertificate.in(owned, InetAddress.getByName("127.0.0.1"), Instant.now());
    }
    var certificate = directory.resolve(ServerCertificate.CERTIFICATE);
    var process =
        new ProcessBuilder(
                "node",
                SCRIPT.toString(),
                directory.resolve(ServerCertificate.KEY).toString(),
                certificate.toString(),
                server + "/oidc")
            .redirectErrorStream(true)
            .start();
    var said = new StringBuilder();
    var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    for (var line = lines.readLine(); line != null; line = lines.readLine()) {
      said.append(line).append('\n');
      if (line.startsWith("at ")) {
        // What it says later is nobody's, and must not fill the pipe.
        Thread.ofVirtual().start(() -> lines.lines().forEach(_ -> {}));
        return new RealProvider(process, line.substring("at ".length()), certificate);
      }
    }
    process.destroyForcibly();
    throw new IOException("the identity provider does not start: " + said);
  }

  /** Who it is. */
  public String issuer() {
    return issuer;
  }

  /**
   * What a server's file says of it.
   *
   * @param server the server's address
   * @param more lines beside the usual ones
   */
  public OidcFile file(String server, String... more) throws Server.Refused {
    return OidcFile.parse(
        """
        # A real one.
        issuer: %s
        client-secret: %s
        address: %s
        name: Example ID
        ca-file: %s
        %s
        """
            .formatted(
                issuer,
                SECRET,
                server,
                certificate,
                String.join("\n", more)
                    + (String.join("", more).contains("client-id:") ? "" : "\nclient-id: guywire")),
        Optional.empty());
  }

  /** Trusts it and nobody else. */
  public SSLContext trust() throws GeneralSecurityException, IOException {
    try (var in = Files.newInputStream(certificate)) {
      var factory = CertificateFactory.getInstance("X.509");
      return TestTls.trusting(List.of((X509Certificate) factory.generateCertificate(in)));
    }
  }

  /** The same as settings. */
  public ProviderSettings settings(String server, String... more) throws Server.Refused {
    return file(server, more).settings();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
