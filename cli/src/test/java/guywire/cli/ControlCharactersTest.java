package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.guard.PlainText;
import guywire.network.Platform;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever stands in a file, a name or a word, the terminal shows it and does nothing it says: no
 * command prints a control character but the colours and the progress line of its own.
 */
@Timeout(300)
class ControlCharactersTest {

  /** Controls, DEL, C1, what turns lines round, and what is not seen. */
  private static final int[] HOSTILE =
      IntStream.concat(
              IntStream.concat(IntStream.range(0, 32), IntStream.rangeClosed(0x7f, 0x9f)),
              IntStream.of(
                  0xad, 0x61c, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029,
                  0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069,
                  0xfeff, 0xe0041))
          .toArray();

  /** What hides the true command behind a harmless one. */
  private static final String HIDING = "echo harmless #\r\u001b[2Kiptables -F\u009b2J\u202e";

  private static final String OWN = "\u001b\\[(0|1|2|31|32|33)m|\r\u001b\\[K";

  @TempDir Path directory;
  private Path example;

  /** A copy: rendering makes keys beside the definition. */
  @BeforeEach
  void copyExample() throws IOException {
    example = Files.copy(Path.of("../examples/two-homes.yaml"), directory.resolve("homes.yaml"));
  }

  @ParameterizedTest
  @EnumSource(Platform.class)
  void files_of_every_platform_are_shown_plainly(Platform platform) throws IOException {
    Path made = directory.resolve("made");
    run("render", example, "--node", "ecs", "--as", platform.word(), "--out", made);
    for (long seed = 1; seed <= 3; seed++) {
      Path spoilt = spoilt(made, seed);
      run("check", spoilt);
      run("check", "--json", spoilt);
      run("import", spoilt);
      run("import", "--json", spoilt);
      run("diff", made, spoilt);
      run("explain", spoilt, "ecs", "192.168.2.7:80");
      Path out = directory.resolve("out" + seed + ".yaml");
      run("import", spoilt, "--out", out);
      if (Files.exists(out)) {
        assertThat(unseen(Files.readString(out))).as("%s, seed %d", platform, seed).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void a_definition_is_shown_plainly(long seed) throws IOException {
    var random = new Random(seed);
    String text = Files.readString(example);
    // In one place, so that much of it is read; and with all of them, so that all are met.
    for (var each :
        List.of(
            spoilt(text, random, HOSTILE[random.nextInt(HOSTILE.length)]),
            spoilt(text, random, HOSTILE))) {
      Path file = Files.writeString(directory.resolve("spoilt.yaml"), each);
      run("check", file);
      run("check", "--json", file);
      run("diff", example, file);
      run("explain", file, "macbook", "nas-a:445");
      Path out = directory.resolve("rendered");
      run("render", file, "--out", out, "--force");
      everyFileIsPlain(out);
      String broken = each + "\n\"nonsense\\e[2K\\r\": \"" + HIDING.replace("\r", "") + "\"\n";
      Files.writeString(file, broken);
      run("try", file);
      run("up", file, "--node", "ecs");
    }
  }

  @Test
  void quoted_escapes_of_yaml_are_shown_plainly() throws IOException {
    for (var hostile : HOSTILE) {
      var escape = hostile > 0xffff ? "\\U%08x".formatted(hostile) : "\\u%04x".formatted(hostile);
      Path file =
          Files.writeString(
              directory.resolve("escaped.yaml"),
              """
              network: n
              overlay: "10.0.0.0/24%1$s"
              dns: {server: a, domain: "x%1$sy.internal"}
              "key%1$s": 1
              nodes:
                a: {public: 192.0.2.1, endpoint: "host%1$s.example.org"}
                "b%1$s": {public: 192.0.2.2}
              expect: ["a reaches %1$s"]
              """
                  .formatted(escape));
      run("check", file);
      run("check", "--json", file);
      run("up", file, "--node", "a");
      run("try", file);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"check", "import", "explain"})
  void a_hook_can_not_hide_itself(String command) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("server.conf"),
            """
            [Interface]
            PrivateKey = aCPlg3f6rGxTNXqbMLSXUcBPVTYdlVIgMpj3gmCWmEw=
            Address = 10.8.0.1/24
            # %1$s
            PostUp = %1$s
            Table = %1$s
            DNS = 10.8.0.1, %1$s
            [Peer]
            # %1$s
            PublicKey = %1$s
            Endpoint = %1$s:51820
            """
                .formatted(HIDING.replace("\r", "\u0085")));
    run(command, file, "server", "10.8.0.2");
    run(command, file);
  }

  @Test
  void words_of_the_command_line_are_shown_plainly() throws IOException {
    for (var command :
        List.of(
            "check",
            "import",
            "explain",
            "diff",
            "render",
            "up",
            "try",
            "down",
            "login",
            "apply",
            "history",
            "restore",
            "tokens",
            "webhooks",
            "audit",
            "status",
            "show",
            HIDING)) {
      run(command, HIDING, HIDING);
      run(command, "--" + HIDING);
      run(command, "--node", HIDING, example.toString(), "--out", directory.resolve("x"));
    }
  }

  @Test
  void a_word_that_begins_with_an_at_sign_is_no_file_to_read() throws IOException {
    Path secret = Files.writeString(directory.resolve("secret"), "the-first-line of a secret\n");
    for (var text : run("check", "@" + secret)) {
      assertThat(text).doesNotContain("the-first-line");
    }
  }

  /** Runs it on a terminal and without one, and looks at all it says. */
  private List<String> run(Object... words) throws IOException {
    var texts = new String[words.length];
    for (int i = 0; i < words.length; i++) {
      texts[i] = words[i].toString();
    }
    var said = new ArrayList<String>();
    for (var locale : List.of(Locale.ENGLISH, Locale.SIMPLIFIED_CHINESE)) {
      boolean terminal = locale.equals(Locale.ENGLISH);
      var bytes = new ByteArrayOutputStream();
      var stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
      var screen =
          terminal ? Screen.terminal(stream, stream, locale) : Screen.plain(stream, stream, locale);
      Main.run(screen, texts);
      String text = bytes.toString(StandardCharsets.UTF_8);
      assertThat(unseen(terminal ? text.replaceAll(OWN, "") : text))
          .as("%s, on a terminal: %s, said: %s", List.of(texts), terminal, text)
          .isEmpty();
      said.add(text);
    }
    return said;
  }

  private static List<String> unseen(String text) {
    return text.codePoints()
        .filter(character -> character != '\n' && character != '\t' && !PlainText.isSeen(character))
        .distinct()
        .mapToObj("%04x"::formatted)
        .toList();
  }

  private static void everyFileIsPlain(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (var walk = Files.walk(directory)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        try {
          assertThat(unseen(Files.readString(file))).as(file.toString()).isEmpty();
        } catch (CharacterCodingException e) {
          // A picture.
        }
      }
    }
  }

  private Path spoilt(Path made, long seed) throws IOException {
    Path spoilt = Files.createDirectory(directory.resolve("spoilt" + seed));
    var random = new Random(seed);
    try (var walk = Files.walk(made)) {
      for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
        try {
          Path to = spoilt.resolve(made.relativize(file));
          Files.createDirectories(to.getParent());
          Files.writeString(to, spoilt(Files.readString(file), random, HOSTILE));
        } catch (CharacterCodingException e) {
          // A picture is not read.
        }
      }
    }
    return spoilt;
  }

  private static String spoilt(String text, Random random, int... hostile) {
    var spoilt = new StringBuilder(text);
    for (int character : hostile) {
      spoilt.insert(random.nextInt(spoilt.length() + 1), Character.toString(character));
    }
    return spoilt.toString();
  }
}
