package guywire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Our own Curve25519, held against RFC 7748 and against the JDK's. */
class Curve25519Test {

  private static final int ROUNDS = 2000;

  private final DiffieHellman curve = DiffieHellman.TRACELESS;

  /** RFC 7748 section 5.2. */
  @ParameterizedTest
  @CsvSource({
    "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4,"
        + "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c,"
        + "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
    "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d,"
        + "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493,"
        + "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"
  })
  void the_vectors_of_the_rfc(String scalar, String point, String product) {
    assertThat(curve.agree(bytes(scalar), bytes(point))).isEqualTo(bytes(product));
  }

  /** RFC 7748 section 5.2: the result is the next scalar, the scalar the next point. */
  @Test
  void a_thousand_rounds_of_the_rfc() {
    byte[] scalar = new byte[32];
    scalar[0] = 9;
    byte[] point = scalar.clone();
    for (int i = 0; i < 1000; i++) {
      byte[] product = curve.agree(scalar, point);
      point = scalar;
      scalar = product;
    }
    assertThat(scalar)
        .isEqualTo(bytes("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"));
  }

  @Test
  void random_keys_and_points_give_what_the_jdk_gives() {
    long seed = System.nanoTime();
    var random = new SplittableRandom(seed);
    for (int i = 0; i < ROUNDS; i++) {
      byte[] scalar = new byte[32];
      byte[] point = new byte[32];
      random.nextBytes(scalar);
      random.nextBytes(point);
      if (random.nextInt(4) == 0) {
        // Near p and near zero, where numbers are reduced.
        java.util.Arrays.fill(point, 1, 31, (byte) (random.nextBoolean() ? 0xff : 0));
        point[31] = (byte) (random.nextBoolean() ? 0x7f : 0xff);
      }
      assertThat(curve.agree(scalar, point))
          .as("seed %d, round %d", seed, i)
          .isEqualTo(DiffieHellman.JDK.agree(scalar, point));
      assertThat(curve.publicKey(scalar)).isEqualTo(DiffieHellman.JDK.publicKey(scalar));
    }
  }

  @ParameterizedTest
  @MethodSource("guywire.protocol.LowOrderPoints#all")
  void a_point_of_low_order_gives_zeros(String point) {
    byte[] scalar = new byte[32];
    new SplittableRandom(1).nextBytes(scalar);
    assertThat(curve.agree(scalar, bytes(point))).isEqualTo(new byte[32]);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
