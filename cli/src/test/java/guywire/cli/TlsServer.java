package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** Answers each request over TLS with the same text, or hangs up on it; and keeps what it heard. */
final class TlsServer implements AutoCloseable {

  static final String PASSWORD = "for a test";

  private final SSLServerSocket socket;
  private final String answer;
  private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

  /**
   * Starts one.
   *
   * @param answer empty to hang up
   */
  TlsServer(String address, int port, KeyStore certificate, String answer)
      throws IOException, GeneralSecurityException {
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(certificate, PASSWORD.toCharArray());
    var tls = SSLContext.getInstance("TLSv1.3");
    tls.init(managers.getKeyManagers(), null, null);
    this.answer = answer;
    socket = (SSLServerSocket) tls.getServerSocketFactory().createServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(address, port));
    Thread.ofVirtual().start(this::serve);
  }

  /** A new certificate, with its key. */
  static KeyStore certificate(Path file, String names) throws Exception {
    var made =
        GuywireProcess.run(
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=test",
                    "-ext",
                    "SAN=" + names,
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    PASSWORD,
                    "-keystore",
                    file.toString())
                .redirectErrorStream(true),
            "");
    assertThat(made.code()).as(made.text()).isZero();
    return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
  }

  static String fingerprint(KeyStore certificate) throws GeneralSecurityException {
    byte[] encoded = certificate.getCertificate(certificate.aliases().nextElement()).getEncoded();
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(encoded));
  }

  String url() {
    return "https://" + socket.getInetAddress().getHostAddress() + ":" + port();
  }

  int port() {
    return socket.getLocalPort();
  }

  /** The first lines of all requests. */
  List<String> heard() {
    return List.copyOf(heard);
  }

  private void serve() {
    while (!socket.isClosed()) {
      try (var accepted = socket.accept()) {
        var in = accepted.getInputStream();
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
          int next = in.read();
          if (next < 0) {
            throw new IOException("the end");
          }
          head.append((char) next);
        }
        heard.add(head.substring(0, head.indexOf("\r\n")));
        if (!answer.isEmpty()) {
          accepted
              .getOutputStream()
              .write(
                  ("HTTP/1.1 200 OK\r\nContent-Length: "
                          + answer.length()
                          + "\r\nConnection: close\r\n\r\n"
                          + answer)
                      .getBytes(StandardCharsets.US_ASCII));
        }
      } catch (IOException e) {
        // Whoever asked did not like the certificate, or the test has ended.
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
