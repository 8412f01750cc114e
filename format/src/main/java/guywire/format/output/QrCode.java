package guywire.format.output;

import com.google.zxing.EncodeHintType;
import com.google.zxing.WriterException;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.google.zxing.qrcode.encoder.ByteMatrix;
import com.google.zxing.qrcode.encoder.Encoder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** A text as a QR code, for a terminal or as a PNG picture. */
public final class QrCode {

  /** The most bytes a QR code holds: version 40, least error correction, byte mode. */
  public static final int MOST_BYTES = 2953;

  /** Above this many bytes phone cameras begin to fail. */
  public static final int EASY_BYTES = 800;

  /** The light border the standard asks for, in modules. */
  private static final int BORDER = 4;

  private static final byte[] PNG_HEAD = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  private final ByteMatrix modules;

  private QrCode(ByteMatrix modules) {
    this.modules = modules;
  }

  /** The code of a text, or empty if it is longer than {@link #MOST_BYTES}. */
  public static Optional<QrCode> of(String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
      return Optional.empty();
    }
    // No character set is named unless it is needed: some readers stumble over the ECI mark.
    boolean ascii = text.chars().allMatch(c -> c < 128);
    Map<EncodeHintType, Object> hints =
        ascii ? Map.of() : Map.of(EncodeHintType.CHARACTER_SET, StandardCharsets.UTF_8);
    try {
      return Optional.of(
          new QrCode(Encoder.encode(text, ErrorCorrectionLevel.L, hints).getMatrix()));
    } catch (WriterException e) {
      return Optional.empty();
    }
  }

  /** The side without border, in modules. */
  public int side() {
    return modules.getWidth();
  }

  /** Whether the module in this column and row is dark; the border is not. */
  public boolean isDark(int column, int row) {
    return column >= 0
        && row >= 0
        && column < side()
        && row < side()
        && modules.get(column, row) == 1;
  }

  /**
   * The code in half blocks, two rows of modules a line.
   *
   * @param colour whether black and white are asked for outright; otherwise light modules are
   *     printed, which suits a terminal with a dark background
   */
  public String terminal(boolean colour) {
    var text = new StringBuilder();
    for (int row = -BORDER; row < side() + BORDER; row += 2) {
      text.append(colour ? "\u001b[97;40m" : "");
      for (int column = -BORDER; column < side() + BORDER; column++) {
        boolean upper = !isDark(column, row);
        // The border is even and the side odd: the lowest line has an upper half only.
        boolean lower = row + 1 < side() + BORDER && !isDark(column, row + 1);
        text.append(upper ? lower ? '█' : '▀' : lower ? '▄' : ' ');
      }
      text.append(colour ? "\u001b[0m" : "").append('\n');
    }
    return text.toString();
  }

  /**
   * The code as a PNG picture in black and white.
   *
   * @param scale pixels a module
   */
  public byte[] png(int scale) {
    int pixels = (side() + 2 * BORDER) * scale;
    int stride = (pixels + 7) / 8;
    var image = new byte[(stride + 1) * pixels];
    for (int y = 0; y < pixels; y++) {
      int start = y * (stride + 1) + 1;
      for (int x = 0; x < pixels; x++) {
        if (!isDark(x / scale - BORDER, y / scale - BORDER)) {
          image[start + x / 8] |= (byte) (0x80 >> (x % 8));
        }
      }
    }
    var out = new ByteArrayOutputStream();
    out.writeBytes(PNG_HEAD);
    // Width, height, one bit a pixel, greyscale, and the only methods there are.
    var header = ByteBuffer.allocate(13).putInt(pixels).putInt(pixels);
    chunk(out, "IHDR", header.put(new byte[] {1, 0, 0, 0, 0}).array());
    chunk(out, "IDAT", deflated(image));
    chunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  private static byte[] deflated(byte[] bytes) {
    var out = new ByteArrayOutputStream();
    var deflater = new Deflater(Deflater.BEST_COMPRESSION);
    try {
      deflater.setInput(bytes);
      deflater.finish();
      var buffer = new byte[4096];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
    } finally {
      deflater.end();
    }
    return out.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] content) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    var crc = new CRC32();
    crc.update(name);
    crc.update(content);
    out.writeBytes(ByteBuffer.allocate(4).putInt(content.length).array());
    out.writeBytes(name);
    out.writeBytes(content);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
