package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A key that is used no more is in no object of the running program, neither in one that lives nor
 * in one that waits to be collected, neither as bytes nor as text.
 */
@Timeout(120)
class KeysInMemoryTest {

  /** So much of the dump is looked through at once. */
  private static final int WINDOW = 1 << 26;

  @TempDir Path directory;

  @Test
  void a_private_key_that_was_replaced_and_a_preshared_key_that_was_taken_away_are_gone()
      throws Exception {
    try (var pair = new Pair(Pair.Program.guywire(), Pair.Program.guywire())) {
      pair.configured(false, 1420);
      assertThat(pair.reaches("10.10.0.2")).isTrue();
      // Whoever looks makes texts of the keys.
      for (var words : List.of("private-key", "preshared-keys", "dump")) {
        pair.a.wg("show", "IF", words);
      }
      byte[] own = pair.a.key.bytes();
      byte[] preshared = pair.preshared.bytes();
      assertThat(copies(pair.a, own).get("bytes")).as("while it is used").isPositive();
      assertThat(copies(pair.a, preshared).get("bytes")).as("while it is used").isPositive();

      Path other = Pair.secret("key", PrivateKey.generate(new SecureRandom()).base64());
      pair.a.wg("set", "IF", "private-key", other.toString());
      pair.a.wg(
          "set", "IF", "peer", pair.b.key.publicKey().toString(), "preshared-key", "/dev/null");
      Files.delete(other);

      assertThat(copies(pair.a, own)).as("the private key").isEqualTo(NONE);
      assertThat(copies(pair.a, preshared)).as("the pre-shared key").isEqualTo(NONE);
    }
  }

  private static final Map<String, Integer> NONE =
      new TreeMap<>(Map.of("bytes", 0, "hexadecimal", 0, "base64", 0));

  /** How often a key is in the heap, in each of its forms. */
  private Map<String, Integer> copies(Pair.Host host, byte[] key) throws Exception {
    Path dump = directory.resolve("heap");
    Files.deleteIfExists(dump);
    var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    String said = Shell.run(jcmd, host.process.pid() + "", "GC.heap_dump", "-all", dump.toString());
    assertThat(dump).as(said).exists();
    byte[] hexadecimal = HexFormat.of().formatHex(key).getBytes(StandardCharsets.US_ASCII);
    byte[] base64 = Base64.getEncoder().withoutPadding().encode(key);
    var copies = new TreeMap<String, Integer>();
    copies.put("bytes", count(dump, key));
    copies.put("hexadecimal", count(dump, hexadecimal));
    copies.put("base64", count(dump, base64));
    return copies;
  }

  private static int count(Path file, byte[] wanted) throws IOException {
    var places = new ArrayList<Long>();
    try (var channel = FileChannel.open(file)) {
      for (long begin = 0; begin < channel.size(); begin += WINDOW) {
        long length = Math.min(channel.size() - begin, (long) WINDOW + wanted.length - 1);
        var window = channel.map(FileChannel.MapMode.READ_ONLY, begin, length);
        for (int at = 0; at + wanted.length <= length; at++) {
          if (window.get(at) == wanted[0] && isAt(window, at, wanted)) {
            places.add(begin + at);
          }
        }
      }
    }
    return places.size();
  }

  private static boolean isAt(ByteBuffer window, int at, byte[] wanted) {
    return window.slice(at, wanted.length).equals(ByteBuffer.wrap(wanted));
  }
}
