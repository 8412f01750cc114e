package guywire.plan;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.plan.definition.Definition;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryKeyStoreTest {

  private static final Name A = new Name("a");
  private static final Name B = new Name("b");

  @TempDir private Path directory;

  private Path store() {
    return directory.resolve("home.keys");
  }

  @Test
  void keys_are_beside_the_definition() {
    assertThat(KeyStore.beside(Path.of("nets/home.yaml"))).isEqualTo(Path.of("nets/home.keys"));
  }

  @Test
  void a_key_is_made_once_and_found_again() {
    var key = KeyStore.directory(store()).privateKey(A);
    var shared = KeyStore.directory(store()).presharedKey(A, B);
    assertThat(KeyStore.directory(store()).privateKey(A)).isEqualTo(key);
    assertThat(KeyStore.directory(store()).privateKey(B)).isNotEqualTo(key);
    assertThat(KeyStore.directory(store()).presharedKey(B, A)).isEqualTo(shared);
  }

  @Test
  void for_a_proof_a_number_stands_in_for_each_key_that_is_not_there() {
    var kept = KeyStore.directory(store()).privateKey(A);
    var keys = KeyStore.proving(store());
    assertThat(keys.heldKey(A)).contains(kept);
    assertThat(keys.publicKey(A)).isEqualTo(kept.publicKey());
    assertThat(keys.heldKey(B)).isEmpty();
    assertThat(keys.publicKey(B)).isEqualTo(keys.publicKey(B)).isNotEqualTo(keys.publicKey(A));
    assertThat(keys.publicKey(B, A)).isNotEqualTo(keys.publicKey(B));
    assertThat(store().resolve(B + ".key")).doesNotExist();
  }

  @Test
  void keys_that_are_read_together_are_those_that_are_read_alone() {
    try (var _ = KeyStore.directory(store()).reading()) {
      assertThat(store()).doesNotExist();
    }
    var keys = KeyStore.directory(store());
    var alone = keys.privateKey(A);
    try (var _ = keys.reading()) {
      assertThat(keys.privateKey(A)).isEqualTo(alone);
      // One that is made meanwhile is kept like any other.
      assertThat(keys.privateKey(B)).isEqualTo(KeyStore.directory(store()).privateKey(B));
    }
    assertThat(keys.privateKey(A)).isEqualTo(alone);
  }

  @Test
  void only_the_owner_may_read_them() throws IOException {
    var keys = KeyStore.directory(store());
    keys.privateKey(A);
    keys.presharedKey(A, B);
    keys.keep(Map.of(A, List.of(IpAddress.parse("10.0.0.7"))));
    assertThat(mode(store())).isEqualTo("rwx------");
    try (var files = Files.list(store())) {
      var modes = files.collect(Collectors.toMap(f -> f.getFileName().toString(), this::mode));
      assertThat(modes)
          .isEqualTo(
              Map.of(
                  ".lock", "rw-------",
                  "a.key", "rw-------",
                  "a+b.psk", "rw-------",
                  "addresses", "rw-------"));
    }
  }

  @Test
  void many_at_once_agree() {
    var found =
        IntStream.range(0, 32)
            .parallel()
            .mapToObj(i -> KeyStore.directory(store()).privateKey(A).publicKey())
            .distinct()
            .toList();
    assertThat(found).hasSize(1);
  }

  @Test
  void borrowing_writes_nothing() {
    var key = KeyStore.borrowing(store()).privateKey(A);
    assertThat(key).isNotNull();
    assertThat(store()).doesNotExist();
  }

  @Test
  void borrowing_uses_what_is_there() {
    var key = KeyStore.directory(store()).privateKey(A);
    var borrowing = KeyStore.borrowing(store());
    assertThat(borrowing.privateKey(A)).isEqualTo(key);
    assertThat(borrowing.privateKey(B)).isEqualTo(borrowing.privateKey(B));
    assertThat(store().resolve("b.key")).doesNotExist();
  }

  @Test
  void addresses_are_kept() {
    var kept = Map.of(A, List.of(IpAddress.parse("10.0.0.7"), IpAddress.parse("fd00::7")));
    KeyStore.directory(store()).keep(kept);
    assertThat(KeyStore.directory(store()).addresses()).isEqualTo(kept);
  }

  @Test
  void a_damaged_key_is_named_without_its_content() throws IOException {
    KeyStore.directory(store()).privateKey(A);
    Files.writeString(store().resolve("a.key"), "not-a-key");
    assertThat(finding()).isEqualTo("key-damaged").doesNotContain("not-a-key");
  }

  @Test
  void a_key_that_others_may_read_is_not_used() throws IOException {
    KeyStore.directory(store()).privateKey(A);
    Files.setPosixFilePermissions(
        store().resolve("a.key"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(finding()).isEqualTo("key-unsafe");
  }

  @Test
  void a_store_that_cannot_be_made_is_told() throws IOException {
    Files.writeString(store(), "in the way");
    assertThat(finding()).isEqualTo("key-unsafe");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mkdir -m 700 $S && chown 65534 $S",
        "mkdir -m 777 $S",
        "mkdir -m 755 $S",
        "mkdir -m 700 real && ln -s real $S",
        "mkdir -m 777 $S && echo $K >$S/a.key && chown 65534 $S/a.key && chmod 600 $S/a.key",
        "mkdir -m 700 $S && echo $K >$S/a.key && chown 65534 $S/a.key && chmod 600 $S/a.key",
        "mkdir -m 700 $S && echo $K >other && chmod 600 other && ln -s ../other $S/a.key",
        "mkdir -m 700 $S && echo $K >other && chmod 600 other && ln other $S/a.key",
        "mkdir -m 700 $S && mkfifo -m 600 $S/a.key",
        "mkdir -m 700 $S && echo precious >other && ln -s ../other $S/.lock",
      })
  void what_others_can_reach_is_neither_believed_nor_written(String text) throws Exception {
    prepare(text);
    var before = listing();
    assertThat(finding()).isEqualTo("key-unsafe");
    assertThat(listing()).isEqualTo(before);
  }

  /** The names and sizes of all there is, but the lock and the addresses, which are no secret. */
  private String listing() throws Exception {
    return prepare("find . -not -name .lock -not -name addresses -printf '%p %s %m %U\\n' | sort");
  }

  private String prepare(String text) throws Exception {
    var builder = new ProcessBuilder("sh", "-ec", text).directory(directory.toFile());
    builder.environment().put("S", store().getFileName().toString());
    builder.environment().put("K", PrivateKey.generate(new java.security.SecureRandom()).base64());
    var process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  @Test
  void the_definition_never_holds_a_key_and_a_store_never_shows_one() {
    var key = KeyStore.directory(store()).privateKey(A);
    assertThat(new KeyStoreException(store(), KeyStoreException.Reason.NOT_A_KEY, "").toString())
        .doesNotContain(key.base64());
    assertThat(PrivateKey.parse(key.base64())).contains(key);
  }

  private String finding() {
    var definition =
        Definition.parse(
                "n.yaml",
                "network: n\noverlay: 10.0.0.0/24\nnodes:\n  a: {public: 192.0.2.1}\n  b: {public:"
                    + " 192.0.2.2}\n")
            .definition()
            .orElseThrow();
    var planned = Planner.plan(definition, KeyStore.directory(store()));
    assertThat(planned.network()).isEmpty();
    assertThat(planned.findings()).hasSize(1);
    var finding = planned.findings().getFirst();
    assertThat(finding.what().in(Locale.SIMPLIFIED_CHINESE)).isNotBlank();
    return finding.what().key();
  }

  private String mode(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
