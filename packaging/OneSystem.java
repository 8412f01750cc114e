import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Takes the native libraries out of a jar that brings them for every system: those of one become
 * files, the others are left out.
 *
 * <pre>java OneSystem.java JAR PREFIX DIRECTORY</pre>
 */
public final class OneSystem {

  private OneSystem() {}

  /** Rewrites the jar in place; what is below the prefix goes into the directory. */
  public static void main(String[] arguments) throws IOException {
    Path jar = Path.of(arguments[0]);
    Path rewritten = Path.of(jar + ".new");
    try (var from = new JarFile(jar.toFile());
        var to = new JarOutputStream(Files.newOutputStream(rewritten))) {
      from.stream().forEach(entry -> {
        try (var content = from.getInputStream(entry)) {
          if (!entry.getName().contains("/native/")) {
            var copy = new JarEntry(entry.getName());
            copy.setTime(entry.getTime());
            to.putNextEntry(copy);
            content.transferTo(to);
            to.closeEntry();
          } else if (entry.getName().startsWith(arguments[1]) && !entry.isDirectory()) {
            String name = entry.getName().substring(arguments[1].length());
            Files.copy(content, Path.of(arguments[2], name), StandardCopyOption.REPLACE_EXISTING);
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    }
    Files.move(rewritten, jar, StandardCopyOption.REPLACE_EXISTING);
  }
}
