import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Gives the classes of a jar that were compiled for Java 5 the form of newer ones, with stack maps:
 * the JDK's AOT cache leaves out older ones, and picocli, which every command starts with, is such a
 * library. What the classes do stays the same.
 *
 * <pre>java ModernClasses.java JAR</pre>
 */
public final class ModernClasses {

  /** Class files from this version on are verified by their stack maps (JVMS 4.10.1). */
  private static final int WITH_STACK_MAPS = ClassFile.JAVA_7_VERSION;

  private ModernClasses() {}

  /** Rewrites the jar in place. */
  public static void main(String[] arguments) throws IOException {
    Path jar = Path.of(arguments[0]);
    Path rewritten = Path.of(jar + ".new");
    try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()});
        var from = new JarFile(jar.toFile());
        var to = new JarOutputStream(Files.newOutputStream(rewritten))) {
      var types =
          ClassHierarchyResolver.ofResourceParsing(loader)
              .orElse(ClassHierarchyResolver.defaultResolver());
      var classes =
          ClassFile.of(
              StackMapsOption.GENERATE_STACK_MAPS, ClassHierarchyResolverOption.of(types));
      for (JarEntry entry : (Iterable<JarEntry>) from.stream()::iterator) {
        byte[] content = from.getInputStream(entry).readAllBytes();
        var copy = new JarEntry(entry.getName());
        copy.setTime(entry.getTime());
        to.putNextEntry(copy);
        to.write(entry.getName().endsWith(".class") ? modern(classes, content) : content);
        to.closeEntry();
      }
    }
    Files.move(rewritten, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private static byte[] modern(ClassFile classes, byte[] content) {
    var model = classes.parse(content);
    if (model.majorVersion() >= WITH_STACK_MAPS) {
      return content;
    }
    // A method passed on as it is would keep its old form: each is taken apart and put together.
    var methods =
        ClassTransform.transformingMethodBodies((builder, element) -> builder.with(element));
    return classes.transformClass(
        model,
        methods.andThen((builder, element) -> {
          if (element instanceof ClassFileVersion) {
            builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
          } else {
            builder.with(element);
          }
        }));
  }
}
