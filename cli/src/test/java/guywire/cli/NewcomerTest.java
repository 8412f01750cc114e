package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.DecodeHintType;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.ReaderException;
import com.google.zxing.common.GlobalHistogramBinarizer;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Somebody who has never seen Guywire, with a stopwatch: a server, a hub, a phone and another
 * machine, each in namespaces of its own, and a real browser that does only what the page says (in
 * {@code web/src/test/page/newcomer.mjs}). What the page shows to be pasted is pasted here, the
 * code that it shows is read here, and packets pass. Then something is taken away on the machine,
 * and the page says so.
 */
@Timeout(400)
@Execution(ExecutionMode.CONCURRENT)
class NewcomerTest extends ManagedHosts {

  private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

  private static String decoded(Path picture) throws Exception {
    var image = ImageIO.read(picture.toFile());
    int width = image.getWidth();
    int height = image.getHeight();
    var source =
        new RGBLuminanceSource(width, height, image.getRGB(0, 0, width, height, null, 0, width));
    var failure = new AssertionError("the code in " + picture.getFileName() + " can't be read");
    // A camera has many frames to find the code's grid in; here are as many ways to find it in one.
    for (var binarizer :
        List.of(new HybridBinarizer(source), new GlobalHistogramBinarizer(source))) {
      for (var way : List.of(DecodeHintType.PURE_BARCODE, DecodeHintType.TRY_HARDER)) {
        try {
          return new QRCodeReader()
              .decode(
                  new BinaryBitmap(binarizer),
                  Map.of(way, true, DecodeHintType.CHARACTER_SET, "UTF-8"))
              .getText();
        } catch (ReaderException e) {
          failure.addSuppressed(e);
        }
      }
    }
    throw failure;
  }

  @Test
  void hub_phone_and_server_are_connected_within_five_minutes_and_drift_shows() throws Exception {
    var at = box("desk");
    var boxes = Map.of("hub", box("hub"), "phone", box("phone"), "store", box("store"));
    String bridge =
        "ip link add br0 type bridge && ip addr add " + LINK + "/24 dev br0 && ip link set br0 up";
    assertThat(run(at, "", "sh", "-c", bridge).code()).isZero();
    cable(at, boxes.get("hub"), "to-hub", "203.0.113.1");
    cable(at, boxes.get("phone"), "to-phone", "203.0.113.20");
    cable(at, boxes.get("store"), "to-store", "203.0.113.30");
    Path bin = installed();
    serve(at);
    await(() -> text("link").contains("~"), "the link");

    Path out = Files.createDirectory(directory.resolve("out"));
    String said =
        journey(
            at,
            "newcomer.mjs",
            out,
            bin,
            boxes,
            (box, picture) -> {
              Path file = out.resolve("wg0.conf");
              Files.writeString(file, decoded(out.resolve(picture)));
              Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
              return run(box, "", "wg-quick", "up", file.toString());
            });
    var seconds =
        said.lines()
            .filter(line -> line.startsWith("connected after "))
            .map(line -> Double.parseDouble(line.split(" ")[2]))
            .toList();
    assertThat(seconds).as(said).hasSize(1);
    assertThat(seconds.getFirst()).isLessThan(FIVE_MINUTES.toSeconds());
    System.Logger log = System.getLogger(NewcomerTest.class.getName());
    log.log(System.Logger.Level.INFO, said);
  }
}
