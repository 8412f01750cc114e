package guywire.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.DecodeHintType;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.ReaderException;
import com.google.zxing.common.GlobalHistogramBinarizer;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import guywire.protocol.PrivateKey;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The page in a real Chromium, on a server that runs here: what people do with it is in {@code
 * web/src/test/page/proof.mjs}. Here the server is started and restarted, and what the browser
 * showed and saved is read by other programs than those that wrote it.
 */
@Timeout(600)
@Execution(ExecutionMode.CONCURRENT)
class PageTest {

  private static final Path WEB = Path.of("../web").toAbsolutePath().normalize();

  @TempDir Path directory;

  @Test
  void people_set_it_up_add_devices_and_change_the_network_in_a_browser() throws Exception {
    var data = directory.resolve("data");
    var out = directory.resolve("out");
    var address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
    var server = Server.start(data, address);
    int port = Integer.parseInt(server.url().replaceAll(".*:", ""));
    var said = new StringBuilder();
    var node =
        new ProcessBuilder(
                "node",
                WEB.resolve("src/test/page/proof.mjs").toString(),
                server.setUpLink().orElseThrow(),
                out.toString())
            .redirectErrorStream(true)
            .start();
    try (var lines = new BufferedReader(new InputStreamReader(node.getInputStream(), UTF_8))) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        said.append(line).append('\n');
        if (line.equals("restart")) {
          server.close();
          server = Server.start(data, new InetSocketAddress(address.getAddress(), port));
          node.getOutputStream().write("restarted\n".getBytes(UTF_8));
          node.getOutputStream().flush();
        }
      }
      assertThat(node.waitFor(10, TimeUnit.SECONDS)).as(said.toString()).isTrue();
      assertThat(node.exitValue()).as(said.toString()).isZero();
    } finally {
      node.descendants().forEach(ProcessHandle::destroyForcibly);
      node.destroyForcibly();
      server.close();
    }

    String file = Files.readString(out.resolve("wg0.conf"));
    assertThat(decoded(out.resolve("code.png"))).isEqualTo(file);
    var key = PrivateKey.parse(value(file, "PrivateKey")).orElseThrow();
    assertThat(key.publicKey()).hasToString(Files.readString(out.resolve("public-key")));
    assertThat(value(file, "Address")).isEqualTo("10.77.0.3/24");
    assertThat(value(file, "Endpoint")).isEqualTo("203.0.113.7:51820");
    assertThat(value(file, "AllowedIPs")).isEqualTo("10.77.0.0/24");
    String secret = Files.readString(out.resolve("secret"));
    assertThat(decoded(out.resolve("secret.png")))
        .startsWith("otpauth://totp/Guywire%20127.0.0.1%3A")
        .contains(":anna?secret=" + secret + "&issuer=");
    String guest = decoded(out.resolve("guest.png"));
    assertThat(guest)
        .startsWith("[Interface]\nPrivateKey = ")
        .contains("Endpoint = 203.0.113.7:51820\n");
    assertThat(PrivateKey.parse(value(guest, "PrivateKey")).orElseThrow().publicKey())
        .hasToString(Files.readString(out.resolve("guest-public-key")));
  }

  @Test
  void a_list_of_very_many_devices_is_come_by_as_a_whole() throws Exception {
    var address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
    try (var server = Server.start(directory.resolve("data"), address)) {
      var node =
          new ProcessBuilder(
                  "node",
                  WEB.resolve("src/test/page/many.mjs").toString(),
                  server.setUpLink().orElseThrow(),
                  "1500")
              .redirectErrorStream(true)
              .start();
      try {
        String said = new String(node.getInputStream().readAllBytes(), UTF_8);
        assertThat(node.waitFor(10, TimeUnit.SECONDS)).as(said).isTrue();
        assertThat(node.exitValue()).as(said).isZero();
      } finally {
        node.descendants().forEach(ProcessHandle::destroyForcibly);
        node.destroyForcibly();
      }
    }
  }

  @Test
  void people_sign_in_by_an_identity_provider_in_a_browser() throws Exception {
    var loopback = InetAddress.getByName("127.0.0.1");
    int port;
    try (var free = new ServerSocket(0, 1, loopback)) {
      port = free.getLocalPort();
    }
    // To a browser another site than the provider, which is 127.0.0.1.
    String at = "https://localhost:" + port;
    try (var provider = RealProvider.start(directory.resolve("provider"), at);
        var server =
            Server.start(
                directory.resolve("data"),
                Optional.empty(),
                new InetSocketAddress(loopback, port),
                List.of(),
                Optional.empty(),
                Optional.of(provider.file(at)))) {
      var node =
          new ProcessBuilder(
                  "node",
                  WEB.resolve("src/test/page/provider.mjs").toString(),
                  server.setUpLink().orElseThrow().replace("127.0.0.1", "localhost"),
                  directory.resolve("out").toString())
              .redirectErrorStream(true)
              .start();
      try {
        node.getOutputStream().close();
        String said = new String(node.getInputStream().readAllBytes(), UTF_8);
        assertThat(node.waitFor()).as(said).isZero();
      } finally {
        node.descendants().forEach(ProcessHandle::destroyForcibly);
        node.destroyForcibly();
      }
    }
  }

  /**
   * What Vite leaves out when it builds: every text in both languages, what the API's answers hold,
   * labels.
   */
  @Test
  void its_source_has_every_word_in_both_languages_and_no_wrong_type() throws Exception {
    var check =
        new ProcessBuilder("npm", "run", "check")
            .directory(WEB.toFile())
            .redirectErrorStream(true)
            .start();
    check.getOutputStream().close();
    String said = new String(check.getInputStream().readAllBytes(), UTF_8);
    assertThat(check.waitFor()).as(said).isZero();
  }

  private static String value(String file, String key) {
    return file.lines()
        .filter(line -> line.startsWith(key + " = "))
        .map(line -> line.substring(key.length() + 3))
        .findFirst()
        .orElse("");
  }

  /** What a camera reads. */
  private static String decoded(Path picture) throws Exception {
    var image = ImageIO.read(picture.toFile());
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    var source = new RGBLuminanceSource(image.getWidth(), image.getHeight(), pixels);
    Map<DecodeHintType, Object> held =
        Map.of(DecodeHintType.TRY_HARDER, true, DecodeHintType.CHARACTER_SET, "UTF-8");
    // A camera has many frames to find the code's grid in; here are as many ways to find it in one.
    Map<DecodeHintType, Object> straight = new HashMap<>(held);
    straight.put(DecodeHintType.PURE_BARCODE, true);
    var failure = new AssertionError("the code in " + picture.getFileName() + " can't be read");
    for (var binarizer :
        List.of(new HybridBinarizer(source), new GlobalHistogramBinarizer(source))) {
      for (var hints : List.of(straight, held)) {
        try {
          return new QRCodeReader().decode(new BinaryBitmap(binarizer), hints).getText();
        } catch (ReaderException e) {
          failure.addSuppressed(e);
        }
      }
    }
    throw failure;
  }
}
