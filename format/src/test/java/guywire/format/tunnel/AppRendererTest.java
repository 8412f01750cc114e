package guywire.format.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import com.google.zxing.qrcode.decoder.Decoder;
import guywire.address.Prefix;
import guywire.format.Program;
import guywire.format.SampleNodes;
import guywire.format.output.QrCode;
import guywire.format.output.RenderedFile;
import guywire.format.output.RenderedFiles;
import guywire.format.output.Rendering;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import guywire.network.text.Finding;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppRendererTest {

  @TempDir Path directory;

  @Test
  void the_text_uses_what_every_app_takes_and_wg_takes_it() throws Exception {
    var rendering = render(SampleNodes.phone(Platform.IOS));
    assertThat(rendering.findings()).isEmpty();
    String text = rendering.file("wg0.conf").orElseThrow().text();
    assertThat(text.lines().filter(line -> line.contains("=")).map(line -> line.split(" = ")[0]))
        .containsExactly(
            "PrivateKey",
            "Address",
            "DNS",
            "MTU",
            "PublicKey",
            "AllowedIPs",
            "Endpoint",
            "PersistentKeepalive");
    new RenderedFiles(rendering.files()).writeTo(directory);
    var strip = Program.run("wg-quick", "strip", directory.resolve("wg0.conf").toString());
    assertThat(strip.status()).isZero();
    assertThat(strip.output()).contains("Endpoint = [2001:db8::1]:51820");
  }

  @Test
  void the_picture_and_the_blocks_say_exactly_the_text() throws Exception {
    var rendering = render(SampleNodes.phone(Platform.ANDROID));
    String text = rendering.file("wg0.conf").orElseThrow().text();
    var image =
        ImageIO.read(new ByteArrayInputStream(rendering.file("wg0.png").orElseThrow().bytes()));
    int width = image.getWidth();
    int[] pixels = image.getRGB(0, 0, width, width, null, 0, width);
    var bitmap =
        new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(width, width, pixels)));
    assertThat(new QRCodeReader().decode(bitmap).getText()).isEqualTo(text);
    assertThat(read(rendering.file("wg0.qr.txt").orElseThrow().text())).isEqualTo(text);
    assertThat(read(QrCode.of("网络").orElseThrow().terminal(false))).isEqualTo("网络");
  }

  @Test
  void keys_stand_only_in_files_of_the_owner() throws Exception {
    var node = SampleNodes.phone(Platform.IOS);
    var rendering = render(node);
    new RenderedFiles(rendering.files()).writeTo(directory);
    new RenderedFiles(rendering.files()).writeTo(directory);
    String key = node.interfaces().getFirst().privateKey().orElseThrow().base64();
    for (var file : rendering.files()) {
      var mode = Files.getPosixFilePermissions(directory.resolve(file.path()));
      assertThat(mode).hasSize(file.isSecret() ? 2 : 4);
      assertThat(file.isSecret() || !file.text().contains(key)).as(file.path()).isTrue();
    }
    try (var left = Files.list(directory)) {
      assertThat(left.count()).isEqualTo(rendering.files().size());
    }
  }

  @Test
  void a_text_too_lengthyfor_a_code_is_refused_and_a_lengthyone_warned_about() {
    var lengthy = render(withAllowed(60));
    assertThat(lengthy.findings()).extracting(Finding::code).containsExactly("F66");
    assertThat(lengthy.hasErrors()).isFalse();
    assertThat(lengthy.file("wg0.png")).isPresent();
    var tooLong = render(withAllowed(300));
    assertThat(tooLong.hasErrors()).isTrue();
    assertThat(tooLong.file("wg0.png")).isEmpty();
    assertThat(tooLong.file("wg0.conf")).isPresent();
  }

  @Test
  void what_an_app_cannot_do_is_said() {
    var rendering = render(SampleNodes.gateway(Platform.WINDOWS));
    assertThat(rendering.hasErrors()).isTrue();
    assertThat(rendering.findings())
        .extracting(finding -> finding.what().key())
        .contains("limit.forwarding", "limit.firewall", "limit.routes", "limit.name-server");
    String readme =
        new AppRenderer()
            .render(SampleNodes.gateway(Platform.WINDOWS), Locale.SIMPLIFIED_CHINESE)
            .file("README.md")
            .orElseThrow()
            .text();
    assertThat(readme).contains("转发").doesNotContain("can't");
  }

  @Test
  void without_a_private_key_there_is_nothing_to_scan() {
    var node = SampleNodes.phone(Platform.IOS);
    var tunnel = node.interfaces().getFirst();
    var keyless =
        new guywire.network.TunnelInterface(
            tunnel.name(),
            Optional.empty(),
            tunnel.publicKey(),
            tunnel.addresses(),
            tunnel.listenPort(),
            0,
            tunnel.mtu(),
            tunnel.table(),
            tunnel.dns(),
            tunnel.peers());
    var rendering = render(SampleNodes.plain("iphone", Platform.IOS, List.of(keyless)));
    assertThat(rendering.hasErrors()).isTrue();
    assertThat(rendering.files()).extracting(RenderedFile::path).containsExactly("README.md");
  }

  private static Rendering render(NodeConfig node) {
    return new AppRenderer().render(node, Locale.ENGLISH);
  }

  private static NodeConfig withAllowed(int count) {
    var node = SampleNodes.phone(Platform.IOS);
    var tunnel = node.interfaces().getFirst();
    var peer = tunnel.peers().getFirst();
    var allowed = new ArrayList<Prefix>();
    for (int i = 0; i < count; i++) {
      allowed.add(Prefix.parse("10.%d.%d.0/24".formatted(i / 200, i % 200)));
    }
    return SampleNodes.plain(
        "iphone",
        Platform.IOS,
        List.of(
            new guywire.network.TunnelInterface(
                tunnel.name(),
                tunnel.privateKey(),
                Optional.empty(),
                tunnel.addresses(),
                tunnel.listenPort(),
                0,
                tunnel.mtu(),
                tunnel.table(),
                tunnel.dns(),
                List.of(
                    new guywire.network.PeerConfig(
                        peer.name(),
                        peer.publicKey(),
                        peer.presharedKey(),
                        peer.endpoint(),
                        allowed,
                        0)))));
  }

  /** Reads half blocks back into modules and those into text. */
  private static String read(String blocks) throws Exception {
    var lines = blocks.lines().toList();
    int width = lines.getFirst().length();
    var dark = new boolean[width - 8][width - 8];
    for (int row = 0; row < width - 8; row++) {
      for (int column = 0; column < width - 8; column++) {
        char block = lines.get((row + 4) / 2).charAt(column + 4);
        dark[row][column] = block == ' ' || block == ((row + 4) % 2 == 0 ? '▄' : '▀');
      }
    }
    return new Decoder().decode(dark).getText();
  }
}
