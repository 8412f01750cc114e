package guywire.format.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.format.output.RenderedDirectory.InTheWay;
import guywire.format.output.RenderedDirectory.OfAnother;
import guywire.format.output.RenderedDirectory.Outcome;
import guywire.format.output.RenderedDirectory.WriteOptions;
import guywire.format.output.RenderedDirectory.Written;
import guywire.guard.UnsafeFileException;
import guywire.network.Name;
import guywire.network.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rendering again into the same directory. */
class RenderedDirectoryTest {

  private static final WriteOptions ALL = new WriteOptions(true, false);
  private static final WriteOptions SOME = new WriteOptions(false, false);
  private static final WriteOptions FORCED = new WriteOptions(true, true);

  @TempDir Path temporary;

  private Path out() {
    return temporary.resolve("out");
  }

  /** Files of a node, each given as path and text with = between. */
  private static Rendered node(String name, String... files) {
    var written =
        Arrays.stream(files)
            .map(file -> file.split("=", 2))
            .map(file -> RenderedFile.secret(file[0], file[1]))
            .toList();
    return new Rendered(name, Platform.LINUX, new Rendering(written, List.of()));
  }

  private Outcome write(WriteOptions extent, Rendered... nodes) throws IOException {
    return write("net", extent, nodes);
  }

  private Outcome write(String network, WriteOptions extent, Rendered... nodes) throws IOException {
    return new RenderedDirectory(out()).write(new Name(network), List.of(nodes), extent);
  }

  /** What is there, without the list. */
  private List<String> there() throws IOException {
    try (Stream<Path> walk = Files.walk(out())) {
      return walk.map(path -> out().relativize(path).toString())
          .filter(path -> !path.isEmpty() && !path.equals(RenderedList.NAME))
          .sorted()
          .toList();
    }
  }

  private static Written removed(String... files) {
    return new Written(List.of(files), List.of());
  }

  @Test
  void files_of_a_node_that_left_are_removed_with_their_directories() throws IOException {
    assertThat(write(ALL, node("hub", "etc/wg0.conf=a"), node("phone", "etc/wg0.conf=b", "x=c")))
        .isEqualTo(removed());
    assertThat(write(ALL, node("hub", "etc/wg0.conf=a2")))
        .isEqualTo(removed("phone/etc/wg0.conf", "phone/x"));
    assertThat(there()).containsExactly("hub", "hub/etc", "hub/etc/wg0.conf");
    assertThat(out().resolve("hub/etc/wg0.conf")).hasContent("a2");
    assertThat(write(ALL, node("hub", "etc/wg0.conf=a2"))).isEqualTo(removed());
  }

  @Test
  void a_node_that_is_written_for_another_platform_keeps_none_of_the_files_of_the_first()
      throws IOException {
    write(ALL, node("pc", "etc/wireguard/wg0.conf=a", "README.md=r"));
    assertThat(write(ALL, node("pc", "wg0.nmconnection=b", "README.md=s")))
        .isEqualTo(removed("pc/etc/wireguard/wg0.conf"));
    assertThat(there()).containsExactly("pc", "pc/README.md", "pc/wg0.nmconnection");
  }

  @Test
  void what_somebody_else_put_there_stays() throws IOException {
    write(ALL, node("hub", "a=1"), node("phone", "etc/b=2"));
    Files.writeString(out().resolve("notes.txt"), "mine");
    Files.writeString(out().resolve("phone/etc/mine"), "mine");
    assertThat(write(ALL, node("hub", "a=1"))).isEqualTo(removed("phone/etc/b"));
    assertThat(there())
        .containsExactly("hub", "hub/a", "notes.txt", "phone", "phone/etc", "phone/etc/mine");
  }

  @Test
  void a_file_that_somebody_changed_is_neither_removed_nor_forgotten() throws IOException {
    write(ALL, node("hub", "a=1"), node("phone", "b=2"));
    Files.writeString(out().resolve("phone/b"), "changed");
    var left = new Written(List.of(), List.of("phone/b"));
    assertThat(write(ALL, node("hub", "a=1"))).isEqualTo(left);
    assertThat(write(ALL, node("hub", "a=1"))).isEqualTo(left);
    Files.delete(out().resolve("phone/b"));
    assertThat(write(ALL, node("hub", "a=1"))).isEqualTo(removed());
  }

  @Test
  void nothing_is_overwritten_that_was_not_written_by_us() throws IOException {
    Files.createDirectories(out().resolve("hub"));
    Files.writeString(out().resolve("hub/a"), "mine");
    Files.createSymbolicLink(out().resolve("hub/b"), temporary.resolve("elsewhere"));
    var nodes = new Rendered[] {node("hub", "a=1", "b=2", "c=3")};
    assertThat(write(ALL, nodes)).isEqualTo(new InTheWay(List.of("hub/a", "hub/b")));
    assertThat(there()).containsExactly("hub", "hub/a", "hub/b");
    assertThat(out().resolve("hub/a")).hasContent("mine");
    assertThat(write(FORCED, nodes)).isEqualTo(removed());
    assertThat(out().resolve("hub/a")).hasContent("1");
    assertThat(temporary.resolve("elsewhere")).doesNotExist();
  }

  @Test
  void what_was_edited_since_is_not_overwritten_without_a_word() throws IOException {
    write(ALL, node("hub", "a=1"));
    Files.writeString(out().resolve("hub/a"), "edited");
    assertThat(write(ALL, node("hub", "a=2"))).isEqualTo(new InTheWay(List.of("hub/a")));
    assertThat(write(FORCED, node("hub", "a=2"))).isEqualTo(removed());
    assertThat(out().resolve("hub/a")).hasContent("2");
  }

  @Test
  void some_nodes_leave_the_directories_of_the_others_alone_but_not_their_own() throws IOException {
    write(ALL, node("hub", "a=1", "b=1"), node("phone", "c=2"));
    assertThat(write(SOME, node("hub", "a=2"))).isEqualTo(removed("hub/b"));
    assertThat(there()).containsExactly("hub", "hub/a", "phone", "phone/c");
    assertThat(write(ALL, node("hub", "a=2"))).isEqualTo(removed("phone/c"));
  }

  @Test
  void the_files_of_two_networks_do_not_mix() throws IOException {
    write("home", ALL, node("hub", "a=1"));
    assertThat(write("work", ALL, node("server", "b=1")))
        .isEqualTo(new OfAnother(new Name("home")));
    assertThat(write("work", SOME, node("hub", "a=2"))).isEqualTo(new OfAnother(new Name("home")));
    assertThat(there()).containsExactly("hub", "hub/a");
    assertThat(write("work", FORCED, node("server", "b=1"))).isEqualTo(removed("hub/a"));
    assertThat(there()).containsExactly("server", "server/b");
  }

  @Test
  void a_run_that_was_cut_short_is_completed_by_the_next() throws IOException {
    write(ALL, node("hub", "a=1"), node("phone", "b=1"), node("tablet", "d=1"));
    Path sealed = out().resolve("phone");
    // A directory stands where a file must be: the run ends there, hub's file is new already.
    Files.delete(sealed.resolve("b"));
    Files.createDirectory(sealed.resolve("b"));
    var next =
        new Rendered[] {node("hub", "a=2", "new=2"), node("phone", "b=2"), node("nas", "n=2")};
    assertThatThrownBy(() -> write(FORCED, next)).isInstanceOf(IOException.class);
    assertThat(out().resolve("hub/a")).hasContent("2");
    Files.delete(sealed.resolve("b"));
    assertThat(write(ALL, node("hub", "a=3"), node("phone", "sub/b=2")))
        .isEqualTo(removed("hub/new", "tablet/d"));
    assertThat(there()).containsExactly("hub", "hub/a", "phone", "phone/sub", "phone/sub/b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // the directory of a node leads elsewhere
        "mkdir out && ln -s .. out/hub",
        "mkdir out && ln -s ../elsewhere out/hub",
        // or one in it
        "mkdir -p out/hub && ln -s ../../elsewhere out/hub/etc",
        // or all of it
        "ln -s elsewhere out",
        // or belongs to somebody else, or is his to write
        "mkdir -p out/hub && chown 65534 out/hub",
        "mkdir -p out/hub && chown 65534 out",
        "mkdir -p out/hub && chmod 777 out/hub",
        "mkdir out && chmod 777 out",
        "mkdir -p out/hub && echo x >out/hub/etc"
      })
  void nothing_is_written_where_others_lead_or_may_write(String text) throws Exception {
    var process =
        new ProcessBuilder("sh", "-ec", "umask 022; mkdir elsewhere; " + text)
            .directory(temporary.toFile())
            .start();
    assertThat(process.waitFor()).isZero();
    assertThatThrownBy(() -> write(ALL, node("hub", "etc/a=1")))
        .isInstanceOf(UnsafeFileException.class);
    assertThatThrownBy(() -> write(FORCED, node("hub", "etc/a=1")))
        .isInstanceOf(UnsafeFileException.class);
    assertThat(temporary.resolve("elsewhere")).isEmptyDirectory();
    assertThat(temporary.resolve("etc")).doesNotExist();
  }

  @Test
  void a_list_that_somebody_forged_removes_nothing_outside_and_follows_no_link()
      throws IOException {
    Path victim = Files.writeString(temporary.resolve("victim"), "v");
    String hash = RenderedList.hash(Files.readAllBytes(victim));
    Files.createDirectories(out());
    Files.createSymbolicLink(out().resolve("link"), temporary);
    Files.createSymbolicLink(out().resolve("alias"), victim);
    Files.writeString(
        out().resolve(RenderedList.NAME),
        String.join(
            "\n",
            "network net",
            hash + "  ../victim",
            hash + "  " + victim,
            hash + "  ./../victim",
            hash + "  link/victim",
            hash + "  alias",
            "nonsense"));
    assertThat(write(ALL, node("hub", "a=1")))
        .isEqualTo(new Written(List.of(), List.of("alias", "link/victim")));
    assertThat(victim).exists();
    assertThat(Files.exists(out().resolve("alias"), LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  @Test
  void the_list_reads_back_as_it_was_written() throws IOException {
    write(ALL, node("hub", "a=1", "etc/b=2"), node("phone", "c=3"));
    String text = Files.readString(out().resolve(RenderedList.NAME));
    assertThat(RenderedList.parse(text).text()).isEqualTo(text);
    assertThat(text.lines().filter(line -> line.contains("  "))).hasSize(3);
    assertThat(text).doesNotContain("=");
  }
}
