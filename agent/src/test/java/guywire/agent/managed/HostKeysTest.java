package guywire.agent.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a host's WireGuard key is followed by another. */
class HostKeysTest {

  @TempDir Path directory;
  private Home home;
  private PrivateKey first;

  @BeforeEach
  void join() throws Exception {
    home = new Home(directory.resolve("joined"));
    first = home.keys().wireGuard();
  }

  private String file(String name) throws Exception {
    return Files.readString(home.directory().resolve(name)).strip();
  }

  private static byte[] bytes(FileChannel file) throws Exception {
    var buffer = ByteBuffer.allocate((int) file.size());
    while (buffer.hasRemaining() && file.read(buffer, buffer.position()) >= 0) {
      // All of it.
    }
    return buffer.array();
  }

  @Test
  void the_next_key_is_made_once_and_is_its_owners_alone() throws Exception {
    var next = home.keysWithNext().next().orElseThrow();
    assertThat(next).isNotEqualTo(first);
    assertThat(home.keysWithNext().next()).contains(next);
    assertThat(home.keys().next()).as("after a new start").contains(next);
    assertThat(home.keys().wireGuard()).isEqualTo(first);
    assertThat(Files.getPosixFilePermissions(home.directory().resolve("wireguard-next.key")))
        .hasToString("[OWNER_READ, OWNER_WRITE]");
    assertThat(home.keys().ring().own(first.publicKey())).isPresent();
    assertThat(home.keys().ring().own(next.publicKey())).isPresent();
  }

  @Test
  void a_host_can_bring_the_key_that_it_has_but_not_another_one_later() throws Exception {
    var own = PrivateKey.parse("yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=").orElseThrow();
    var other = new Home(directory.resolve("other"));
    assertThat(other.adopt(own, Map.of())).isTrue();
    assertThat(other.adopt(own, Map.of())).as("asked again").isTrue();
    assertThat(other.keys().wireGuard()).isEqualTo(own);
    assertThat(Files.getPosixFilePermissions(other.directory().resolve("wireguard.key")))
        .hasToString("[OWNER_READ, OWNER_WRITE]");
    assertThat(home.adopt(own, Map.of())).isFalse();
    assertThat(home.keys().wireGuard()).isEqualTo(first);
  }

  @Test
  void what_was_agreed_upon_beside_a_key_comes_with_it_and_goes_with_it() throws Exception {
    var own = PrivateKey.parse("yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=").orElseThrow();
    var secret = PresharedKey.generate(new SecureRandom());
    var peer = PrivateKey.generate(new SecureRandom()).publicKey();
    var other = new Home(directory.resolve("other"));
    assertThat(other.adopt(own, Map.of(peer, secret))).isTrue();
    var ring = other.keys().ring();
    assertThat(ring.own(own.publicKey())).isPresent();
    assertThat(ring.shared(Optional.of(own.publicKey()), peer)).contains(secret);
    assertThat(ring.shared(Optional.of(own.publicKey()), first.publicKey())).isEmpty();
    assertThat(ring.shared(Optional.of(first.publicKey()), peer)).isEmpty();
    assertThat(other.keys().toString() + ring).doesNotContain(secret.base64());
    Path file = other.directory().resolve("preshared.keys");
    assertThat(Files.getPosixFilePermissions(file)).hasToString("[OWNER_READ, OWNER_WRITE]");
    assertThat(home.adopt(own, Map.of(peer, secret))).as("another key is here").isFalse();
    assertThat(home.directory().resolve("preshared.keys")).doesNotExist();

    other.keysWithNext();
    assertThat(other.keysWithOne(Optional.of(own.publicKey())).ring())
        .as("the key stayed")
        .extracting(kept -> kept.shared(Optional.of(own.publicKey()), peer))
        .isEqualTo(Optional.of(secret));
    var next = other.keysWithNext().next().orElseThrow();
    // Whoever has the file open sees what becomes of its bytes.
    try (var seen = FileChannel.open(file)) {
      other.keysWithOne(Optional.of(next.publicKey()));
      assertThat(bytes(seen)).isNotEmpty().containsOnly(0);
    }
    assertThat(file).doesNotExist();
  }

  @Test
  void what_is_no_list_of_secrets_is_not_said() throws Exception {
    Path file = home.directory().resolve("preshared.keys");
    Files.writeString(file, first.publicKey() + "\nhush hush\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThatThrownBy(() -> home.keys())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("preshared.keys")
        .hasMessageNotContaining("hush");
  }

  @Test
  void the_former_key_is_overwritten_once_the_next_one_is_the_hosts() throws Exception {
    var next = home.keysWithNext().next().orElseThrow();
    HostKeys kept;
    // Whoever has the file open sees what becomes of its bytes.
    try (var seen = FileChannel.open(home.directory().resolve("wireguard.key"))) {
      kept = home.keysWithOne(Optional.of(next.publicKey()));
      assertThat(bytes(seen)).hasSize(45).containsOnly(0);
    }
    assertThat(kept.wireGuard()).isEqualTo(next);
    assertThat(kept.next()).isEmpty();
    assertThat(file("wireguard.key")).isEqualTo(next.base64());
    assertThat(home.directory().resolve("wireguard-next.key")).doesNotExist();
    assertThat(home.keys().identity()).hasToString(kept.identity().toString());
  }

  @Test
  void a_next_key_that_is_not_the_hosts_goes_and_the_other_stays() throws Exception {
    home.keysWithNext();
    try (var seen = FileChannel.open(home.directory().resolve("wireguard-next.key"))) {
      assertThat(home.keysWithOne(Optional.of(first.publicKey())).wireGuard()).isEqualTo(first);
      assertThat(bytes(seen)).hasSize(45).containsOnly(0);
    }
    assertThat(home.keys().next()).isEmpty();
    assertThat(home.keysWithOne(Optional.empty()).wireGuard()).as("again").isEqualTo(first);
  }

  @Test
  void a_process_that_is_ended_in_the_middle_leaves_the_key_that_the_host_has() throws Exception {
    var next = home.keysWithNext().next().orElseThrow();
    // The file was replaced, and the other not removed yet.
    Files.writeString(home.directory().resolve("wireguard.key"), next.base64() + "\n");
    assertThat(home.keys().ring().own(next.publicKey())).isPresent();
    assertThat(home.keysWithOne(Optional.of(next.publicKey())).wireGuard()).isEqualTo(next);
    // It was being overwritten.
    home.keysWithNext();
    Files.write(home.directory().resolve("wireguard-next.key"), new byte[45]);
    assertThat(home.keys().next()).isEmpty();
    assertThat(home.keysWithOne(Optional.of(next.publicKey())).wireGuard()).isEqualTo(next);
  }
}
