package guywire.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;

/**
 * Writes, when a package is made, what a system wants to have of a program as files: the manual in
 * each language, and what its shells complete.
 */
public final class Manual {

  private Manual() {}

  /**
   * Writes below a directory {@code man/man1}, {@code man/zh_CN/man1} and {@code completion}.
   *
   * @param words the directory
   */
  public static void main(String[] words) throws IOException {
    Path directory = Path.of(words[0]);
    for (var page : pages(Locale.ENGLISH)) {
      write(directory.resolve("man/man1/" + page.name() + ".1"), page.text());
    }
    for (var page : pages(Locale.SIMPLIFIED_CHINESE)) {
      write(directory.resolve("man/zh_CN/man1/" + page.name() + ".1"), page.text());
    }
    var line = everyCommand(Locale.ENGLISH);
    write(directory.resolve("completion/guywire.bash"), Completion.BASH.of(line));
    write(directory.resolve("completion/_guywire"), Completion.ZSH.of(line));
    write(directory.resolve("completion/guywire.fish"), Completion.FISH.of(line));
  }

  /** The page of the program and that of each command. */
  static List<ManualPage> pages(Locale locale) {
    var root = everyCommand(locale);
    var pages = new ArrayList<>(List.of(new ManualPage(root, locale)));
    root.getSubcommands().values().forEach(line -> pages.add(new ManualPage(line, locale)));
    return pages;
  }

  private static CommandLine everyCommand(Locale locale) {
    var screen = Screen.ofProcess(Map.of());
    screen.speak(locale);
    return Main.everyCommand(screen);
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.resolveSibling(""));
    Files.writeString(file, text);
  }
}
