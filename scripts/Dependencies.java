import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Lists the pinned libraries with what the registry says of each: its licence, from its POM or that
 * of its parents. Run by scripts/dependencies.
 */
public final class Dependencies {

  /** As deep as parents of POMs ever go; a circle ends there too. */
  private static final int MOST_PARENTS = 12;

  private record Artifact(String group, String name, String version, String path) {
    /** Reads {@code org/example/name/1.0/name-1.0.jar}. */
    static Artifact of(String path) {
      String[] parts = path.split("/");
      int last = parts.length - 1;
      String group = String.join(".", List.of(parts).subList(0, last - 2));
      return new Artifact(group, parts[last - 2], parts[last - 1], path);
    }

    String file() {
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  private final Path repository;

  private Dependencies(Path repository) {
    this.repository = repository;
  }

  /**
   * Prints the list.
   *
   * @param arguments list or purl, the file of checksums, Maven's repository, the directory of shipped
   *     jars
   */
  public static void main(String[] arguments) throws IOException {
    var pinned = Files.readAllLines(Path.of(arguments[1]));
    var jars =
        pinned.stream()
            .map(line -> line.substring(line.indexOf("  ") + 2))
            .filter(path -> path.endsWith(".jar"))
            .map(Artifact::of)
            .toList();
    if (arguments[0].equals("purl")) {
      jars.forEach(a ->
          System.out.println("pkg:maven/" + a.group() + "/" + a.name() + "@" + a.version()));
      return;
    }
    Set<String> shipped = new TreeSet<>();
    if (Files.isDirectory(Path.of(arguments[3]))) {
      try (var files = Files.list(Path.of(arguments[3]))) {
        files.forEach(file -> shipped.add(file.getFileName().toString()));
      }
    }
    new Dependencies(Path.of(arguments[2])).print(jars, shipped);
  }

  private void print(List<Artifact> jars, Set<String> shipped) {
    var first = jars.stream().filter(jar -> shipped.contains(jar.file())).toList();
    System.out.println("Shipped with Guywire (" + first.size() + "):");
    first.forEach(this::print);
    var others = jars.stream().filter(jar -> !shipped.contains(jar.file())).toList();
    System.out.println("Used to build and test it (" + others.size() + "):");
    others.forEach(this::print);
    System.out.println(
        "Known advisories: Maven repositories carry none, so none can be told from here. For those of"
            + " a database such as osv.dev give it the names: scripts/dependencies purl");
  }

  private void print(Artifact artifact) {
    System.out.printf(
        "  %-78s %s%n",
        artifact.group() + ":" + artifact.name() + ":" + artifact.version(), licence(artifact));
  }

  private String licence(Artifact artifact) {
    Path pom =
        repository.resolve(
            artifact.path().substring(0, artifact.path().lastIndexOf('/') + 1)
                + artifact.name()
                + "-"
                + artifact.version()
                + ".pom");
    for (int i = 0; i < MOST_PARENTS; i++) {
      var project = read(pom);
      if (project.isEmpty()) {
        return "(not fetched yet: build first)";
      }
      var names = new ArrayList<String>();
      child(project.get(), "licenses")
          .ifPresent(all ->
              children(all, "license").stream()
                  .flatMap(each -> text(each, "name").stream())
                  .forEach(names::add));
      if (!names.isEmpty()) {
        return names.stream().map(String::strip).distinct().collect(Collectors.joining(" / "));
      }
      var parent = child(project.get(), "parent");
      if (parent.isEmpty()) {
        break;
      }
      String group = text(parent.get(), "groupId").orElse("");
      String name = text(parent.get(), "artifactId").orElse("");
      String version = text(parent.get(), "version").orElse("");
      pom =
          repository
              .resolve(group.replace('.', '/'))
              .resolve(name)
              .resolve(version)
              .resolve(name + "-" + version + ".pom");
    }
    return "(its POM names none)";
  }

  private static Optional<Element> read(Path pom) {
    try {
      var factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      return Optional.of(factory.newDocumentBuilder().parse(pom.toFile()).getDocumentElement());
    } catch (Exception e) {
      return Optional.empty();
    }
  }

  private static List<Element> children(Element of, String name) {
    var found = new ArrayList<Element>();
    for (Node node = of.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element && element.getTagName().equals(name)) {
        found.add(element);
      }
    }
    return found;
  }

  private static Optional<Element> child(Element of, String name) {
    return children(of, name).stream().findFirst();
  }

  private static Optional<String> text(Element of, String name) {
    return child(of, name).map(element -> element.getTextContent().strip());
  }
}
