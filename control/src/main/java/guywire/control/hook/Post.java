package guywire.control.hook;

import guywire.control.hook.Destinations.WebhookAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One request to a receiver, at the address that was looked at: HTTP/1.1, of the answer only its
 * first line.
 */
/*
 * The JDK's client looks names up by itself, so that nobody could say which address it takes. This one
 * needs no more than a POST and a status.
 */
final class Post {

  private static final int LONGEST_LINE = 512;
  private static final int SUCCESS = 200;
  private static final int SUCCESS_END = 300;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([0-9]{3})( .*)?");

  private Post() {}

  /**
   * Sends a body; what came of it.
   *
   * @return a status
   * @throws IOException if it can't be sent, or nothing that is an answer comes in time
   */
  static int send(
      WebhookAddress place, URI url, Map<String, String> headers, String body, Duration patience)
      throws IOException {
    long end = System.nanoTime() + patience.toNanos();
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(place.address(), place.port()), left(end));
      socket.setSoTimeout(left(end));
      if (!place.tls()) {
        return exchange(socket, url, headers, body, end);
      }
      try (var secure = secured(socket, url.getHost(), place.port())) {
        return exchange(secure, url, headers, body, end);
      }
    }
  }

  private static SSLSocket secured(Socket socket, String host, int port) throws IOException {
    var factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    var secure = (SSLSocket) factory.createSocket(socket, host, port, true);
    var parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secure.setSSLParameters(parameters);
    secure.startHandshake();
    return secure;
  }

  private static int exchange(
      Socket socket, URI url, Map<String, String> headers, String body, long end)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    var head = new StringBuilder("POST ").append(path);
    if (url.getRawQuery() != null) {
      head.append('?').append(url.getRawQuery());
    }
    head.append(" HTTP/1.1\r\nHost: ").append(url.getRawAuthority());
    head.append("\r\nContent-Type: application/json\r\nContent-Length: ").append(bytes.length);
    headers.forEach((name, value) -> head.append("\r\n").append(name).append(": ").append(value));
    head.append("\r\nConnection: close\r\n\r\n");
    var out = new ByteArrayOutputStream();
    out.writeBytes(head.toString().getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(bytes);
    socket.getOutputStream().write(out.toByteArray());
    socket.getOutputStream().flush();
    return status(socket, end);
  }

  private static int status(Socket socket, long end) throws IOException {
    var line = new StringBuilder();
    var in = socket.getInputStream();
    while (line.length() < LONGEST_LINE) {
      socket.setSoTimeout(left(end));
      int next = in.read();
      if (next < 0 || next == '\n') {
        break;
      }
      line.append((char) next);
    }
    var found = STATUS.matcher(line.toString().strip());
    if (!found.matches()) {
      throw new IOException("no HTTP");
    }
    return Integer.parseInt(found.group(1));
  }

  static boolean isSuccess(int status) {
    return status >= SUCCESS && status < SUCCESS_END;
  }

  private static int left(long end) throws IOException {
    long millis = (end - System.nanoTime()) / 1_000_000;
    if (millis <= 0) {
      throw new SocketTimeoutException("too slow");
    }
    return (int) millis;
  }
}
