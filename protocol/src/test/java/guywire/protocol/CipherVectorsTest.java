package guywire.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.bouncycastle.crypto.digests.Blake2sDigest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The primitives against published vectors and against Bouncy Castle. */
class CipherVectorsTest {

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private static byte[] range(int from, int to) {
    var bytes = new byte[to - from];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (from + i);
    }
    return bytes;
  }

  private static byte[] sunscreen() {
    return ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the"
            + " future, sunscreen would be it.")
        .getBytes(US_ASCII);
  }

  @Test
  void blake2s_of_abc_is_that_of_rfc_7693_appendix_b() {
    var result = new byte[32];
    new Blake2s().begin().update("abc".getBytes(US_ASCII)).finish(result, 0);
    assertThat(result)
        .isEqualTo(hex("508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"));
  }

  @Test
  void blake2s_passes_the_self_test_of_rfc_7693_appendix_e() {
    var all = new Blake2s().begin();
    var hash = new Blake2s();
    for (int length : new int[] {16, 20, 28, 32}) {
      for (int inputLength : new int[] {0, 3, 64, 65, 255, 1024}) {
        byte[] input = selfTestSequence(inputLength, inputLength);
        var digest = new byte[length];
        hash.begin(length, input, 0, 0).update(input).finish(digest, 0);
        all.update(digest);
        byte[] key = selfTestSequence(length, length);
        hash.begin(length, key, 0, length).update(input).finish(digest, 0);
        all.update(digest);
      }
    }
    var result = new byte[32];
    all.finish(result, 0);
    assertThat(result)
        .isEqualTo(hex("6a411f08ce25adcdfb02aba641451cec53c598b24f4fc787fbdc88797f4c1dfe"));
  }

  private static byte[] selfTestSequence(int length, int seed) {
    int a = 0xdead4bad * seed;
    int b = 1;
    var sequence = new byte[length];
    for (int i = 0; i < length; i++) {
      int sum = a + b;
      a = b;
      b = sum;
      sequence[i] = (byte) (sum >>> 24);
    }
    return sequence;
  }

  @Test
  void blake2s_equals_another_implementation_however_its_input_is_cut() {
    var random = new SplittableRandom(7);
    var ours = new Blake2s();
    for (int round = 0; round < 2000; round++) {
      var input = new byte[random.nextInt(300)];
      random.nextBytes(input);
      var key = new byte[random.nextInt(33)];
      random.nextBytes(key);
      int length = 1 + random.nextInt(32);
      var theirs = new Blake2sDigest(key.length == 0 ? null : key, length, null, null);
      theirs.update(input, 0, input.length);
      var expected = new byte[length];
      theirs.doFinal(expected, 0);
      int cut = input.length == 0 ? 0 : random.nextInt(input.length);
      var actual = new byte[length];
      ours.begin(length, key, 0, key.length)
          .update(input, 0, cut)
          .update(input, cut, input.length - cut)
          .finish(actual, 0);
      assertThat(actual).as("round %d", round).isEqualTo(expected);
    }
  }

  @Test
  void key_derivation_is_hkdf_on_hmac_blake2s() {
    var random = new SplittableRandom(8);
    var kdf = new Kdf();
    for (int round = 0; round < 200; round++) {
      var key = new byte[32];
      random.nextBytes(key);
      var input = new byte[random.nextInt(2) * 32];
      random.nextBytes(input);
      byte[] secret = hmac(key, input);
      byte[] first = hmac(secret, new byte[] {1});
      byte[] second = hmac(secret, append(first, 2));
      byte[] third = hmac(secret, append(second, 3));

      byte[] chaining = key.clone();
      var two = new byte[32];
      var three = new byte[32];
      kdf.mix(chaining, input, two, three);
      assertThat(chaining).isEqualTo(first);
      assertThat(two).isEqualTo(second);
      assertThat(three).isEqualTo(third);

      byte[] other = key.clone();
      kdf.mix(other, input, two);
      assertThat(other).isEqualTo(first);
      assertThat(two).isEqualTo(second);

      byte[] lone = key.clone();
      kdf.mix(lone, input);
      assertThat(lone).isEqualTo(first);
    }
  }

  private static byte[] hmac(byte[] key, byte[] input) {
    var mac = new HMac(new Blake2sDigest(256));
    mac.init(new KeyParameter(key));
    mac.update(input, 0, input.length);
    var result = new byte[32];
    mac.doFinal(result, 0);
    return result;
  }

  private static byte[] append(byte[] bytes, int last) {
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
    longer[bytes.length] = (byte) last;
    return longer;
  }

  @Test
  void chacha20_poly1305_is_that_of_rfc_8439_section_2_8_2() {
    byte[] sealed =
        AssociatedAead.seal(
            range(0x80, 0xa0),
            hex("070000004041424344454647"),
            hex("50515253c0c1c2c3c4c5c6c7"),
            sunscreen());
    assertThat(sealed)
        .isEqualTo(
            hex(
                "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
                    + "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
                    + "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
                    + "3ff4def08e4b7a9de576d26586cec64b6116"
                    + "1ae10b594f09e26a7e902ecbd0600691"));
  }

  @Test
  void hchacha20_is_that_of_the_xchacha_draft_section_2_2_1() {
    var subkey = new byte[32];
    HChaCha20.derive(range(0, 32), hex("000000090000004a0000000031415927"), subkey);
    assertThat(subkey)
        .isEqualTo(hex("82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc"));
  }

  @Test
  void xchacha20_poly1305_is_that_of_the_xchacha_draft_appendix_a_3_1() {
    byte[] key = range(0x80, 0xa0);
    byte[] nonce = range(0x40, 0x58);
    byte[] associated = hex("50515253c0c1c2c3c4c5c6c7");
    var aead = new AssociatedAead();
    byte[] sealed = aead.sealExtended(key, nonce, associated, sunscreen());
    assertThat(sealed)
        .isEqualTo(
            hex(
                "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
                    + "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
                    + "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
                    + "21f9664c97637da9768812f615c68b13b52e"
                    + "c0875924c1c7987947deafd8780acf49"));
    var opened = new byte[sunscreen().length];
    assertThat(aead.openExtended(key, nonce, associated, sealed, 0, sealed.length, opened))
        .isTrue();
    assertThat(opened).isEqualTo(sunscreen());
    sealed[3] ^= 1;
    assertThat(aead.openExtended(key, nonce, associated, sealed, 0, sealed.length, opened))
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void the_jce_engine_equals_another_implementation(boolean onHeap) throws Exception {
    var random = new SplittableRandom(9);
    var aead = new JceAead();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer =
          onHeap ? MemorySegment.ofArray(new byte[4096]) : arena.allocate(4096, 64);
      for (int length : new int[] {0, 1, 15, 16, 17, 63, 64, 65, 1000, 1420, 3000}) {
        var bytes = new byte[32];
        random.nextBytes(bytes);
        var key = new AeadKey(bytes);
        // Counters with a high half: a nonce cut to 32 bits would show.
        long counter = random.nextLong();
        var plaintext = new byte[length];
        random.nextBytes(plaintext);
        var nonce = new byte[12];
        for (int i = 0; i < 8; i++) {
          nonce[4 + i] = (byte) (counter >>> (8 * i));
        }
        var theirs = new ChaCha20Poly1305();
        theirs.init(true, new AEADParameters(new KeyParameter(bytes), 128, nonce));
        var expected = new byte[length + 16];
        int written = theirs.processBytes(plaintext, 0, length, expected, 0);
        theirs.doFinal(expected, written);

        MemorySegment.copy(plaintext, 0, buffer, ValueLayout.JAVA_BYTE, 3, length);
        aead.seal(key, counter, buffer, 3, length, buffer, 16);
        assertThat(Station.bytes(buffer, 16, length + 16)).isEqualTo(expected);
        assertThat(aead.open(key, counter, buffer, 16, length + 16, buffer, 16)).isTrue();
        assertThat(Station.bytes(buffer, 16, length)).isEqualTo(plaintext);
        aead.seal(key, counter + 1, buffer, 16, length, buffer, 16);
        assertThat(aead.open(key, counter, buffer, 16, length + 16, buffer, 16)).isFalse();
      }
    }
  }

  @Test
  void x25519_is_that_of_rfc_7748_section_5_2() {
    assertThat(
            X25519.agree(
                hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")))
        .isEqualTo(hex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"));
    // This coordinate has its top bit set, which is to be ignored.
    assertThat(
            X25519.agree(
                hex("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
                hex("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493")))
        .isEqualTo(hex("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"));
    byte[] scalar = append(new byte[31], 0);
    scalar[0] = 9;
    byte[] point = scalar.clone();
    for (int i = 0; i < 1000; i++) {
      byte[] product = X25519.agree(scalar, point);
      point = scalar;
      scalar = product;
    }
    assertThat(scalar)
        .isEqualTo(hex("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"));
  }

  @ParameterizedTest
  @MethodSource("guywire.protocol.LowOrderPoints#all")
  void x25519_answers_a_point_of_low_order_with_zeros(String point) {
    byte[] privateKey = PrivateKey.generate(new SplittableRandom(1)).bytes();
    assertThat(X25519.agree(privateKey, hex(point))).containsOnly(0);
  }

  @Test
  void a_destroyed_key_is_all_zeros_and_says_so() {
    var key = new AeadKey(range(1, 33));
    assertThat(key.isAlive()).isTrue();
    assertThat(key).hasToString("(hidden)");
    key.destroy();
    assertThat(key.isAlive()).isFalse();
    assertThat(key.array()).containsOnly(0);
    assertThat(Station.bytes(key.segment(), 0, 32)).containsOnly(0);
  }
}
