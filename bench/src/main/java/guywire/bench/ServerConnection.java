package guywire.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * A connection to a server under measurement: as little of HTTP/1.1 over TLS as its API needs, so
 * that thousands of agents fit into one process. The server is this program's own child, so its
 * certificate is not looked at.
 *
 * <p>For one thread.
 */
final class ServerConnection implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 120_000;
  private static final int MOST_SHOWN = 300;
  private static final SSLContext TLS = tls();

  private final SSLSocket socket;
  private final InputStream in;

  /** An answer, whole. */
  record Response(int status, String body) {

    /** The text of a field of this name, wherever it stands. */
    String field(String name) {
      var found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"]*)\"").matcher(body);
      if (!found.find()) {
        throw new IllegalStateException("no " + name + " in " + body);
      }
      return found.group(1);
    }

    /** This answer, if it is a good one. */
    Response good() {
      if (status >= 300) {
        throw new IllegalStateException(
            status + " " + body.substring(0, Math.min(MOST_SHOWN, body.length())));
      }
      return this;
    }
  }

  /**
   * Opens one.
   *
   * @param from an address of this machine's loopback interface: a server counts by address
   */
  ServerConnection(InetAddress from, InetSocketAddress server) throws IOException {
    var plain = new Socket();
    plain.bind(new InetSocketAddress(from, 0));
    plain.connect(server, PATIENCE_MILLIS);
    plain.setTcpNoDelay(true);
    plain.setSoTimeout(PATIENCE_MILLIS);
    socket =
        (SSLSocket)
            TLS.getSocketFactory()
                .createSocket(plain, server.getHostString(), server.getPort(), true);
    in = new BufferedInputStream(socket.getInputStream(), 4096);
  }

  private static SSLContext tls() {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anyone()}, new SecureRandom());
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Anyone implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** Asks, and waits for the whole answer. */
  Response ask(String method, String path, String token, String body) throws IOException {
    write(method, path, token, body);
    int status = Integer.parseInt(line().split(" ")[1]);
    int length = -1;
    boolean chunked = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring(15).strip());
      }
      chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
    }
    var whole = new ByteArrayOutputStream();
    if (chunked) {
      for (byte[] chunk = chunk(); chunk.length > 0; chunk = chunk()) {
        whole.writeBytes(chunk);
      }
    } else if (length > 0) {
      whole.writeBytes(in.readNBytes(length));
    }
    return new Response(status, whole.toString(StandardCharsets.UTF_8));
  }

  /** Asks for something that does not end; {@link #chunk} has it piece by piece. */
  void follow(String path, String token) throws IOException {
    write("GET", path, token, "");
    String status = line();
    if (!status.contains(" 200 ")) {
      throw new IOException(status);
    }
    while (!line().isEmpty()) {
      // Nothing in the headers is of interest.
    }
  }

  /** The next piece; empty at the end. */
  byte[] chunk() throws IOException {
    int length = Integer.parseInt(line().strip(), 16);
    byte[] bytes = in.readNBytes(length);
    line();
    return bytes;
  }

  private void write(String method, String path, String token, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String head =
        method
            + " /api/v1"
            + path
            + " HTTP/1.1\r\nHost: localhost\r\n"
            + (token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n")
            + (body.isEmpty() ? "" : "Content-Type: application/json\r\n")
            + (method.equals("GET") ? "" : "Content-Length: " + bytes.length + "\r\n")
            + "\r\n";
    var out = new ByteArrayOutputStream();
    out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(bytes);
    socket.getOutputStream().write(out.toByteArray());
  }

  private String line() throws IOException {
    var bytes = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("the connection ended");
      }
      if (next != '\r') {
        bytes.append((char) next);
      }
    }
    return bytes.toString();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no use any more.
    }
  }
}
