package guywire.format.syntax;

import guywire.format.input.SourceFile;
import guywire.network.text.Place;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;

/**
 * An element of an XML file with what it holds. Neither document types nor entities are read, so
 * that a file can't name another.
 */
public final class XmlTree {

  /** Deeper than any configuration; an element that is deeper is not kept. */
  private static final int MOST_DEEP = 60;

  private final String name;
  private final String id;
  private final Place place;
  private final List<XmlTree> children = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();

  private XmlTree(String name, String id, Place place) {
    this.name = name;
    this.id = id;
    this.place = place;
  }

  /** The root of a file; as much of it as can be read. */
  public static XmlTree of(SourceFile file) {
    var root = new XmlTree("", "", new Place(file.name(), 0, 0));
    Deque<XmlTree> open = new ArrayDeque<>();
    open.push(root);
    var factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    int tooDeep = 0;
    try {
      var reader = factory.createXMLStreamReader(new StringReader(file.content().strip()));
      while (reader.hasNext()) {
        switch (reader.next()) {
          case XMLStreamConstants.START_ELEMENT -> {
            if (open.size() > MOST_DEEP) {
              tooDeep++;
              break;
            }
            var id = Optional.ofNullable(reader.getAttributeValue(null, "uuid")).orElse("");
            int line = reader.getLocation().getLineNumber();
            var element = new XmlTree(reader.getLocalName(), id, new Place(file.name(), line, 0));
            open.element().children.add(element);
            open.push(element);
          }
          case XMLStreamConstants.END_ELEMENT -> {
            if (tooDeep > 0) {
              tooDeep--;
            } else {
              open.pop();
            }
          }
          case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
              open.element().text.append(reader.getText());
          default -> {}
        }
      }
    } catch (XMLStreamException e) {
      // What was read before the fault counts.
    }
    return root;
  }

  /** Where the element begins. */
  public Place place() {
    return place;
  }

  /** Its attribute {@code uuid}, or nothing. */
  public String id() {
    return id;
  }

  /** Its own text. */
  public String text() {
    return text.toString().strip();
  }

  /** Its children. */
  public List<XmlTree> children() {
    return children;
  }

  /** Its name. */
  String name() {
    return name;
  }

  /** What stands below, by names one below the other. */
  public Stream<XmlTree> all(String... path) {
    var found = Stream.of(this);
    for (var step : path) {
      found = found.flatMap(one -> one.children.stream().filter(child -> child.name.equals(step)));
    }
    return found;
  }

  /** The first such element that says something. */
  public Optional<XmlTree> first(String... path) {
    return all(path).filter(one -> !one.text().isEmpty()).findFirst();
  }

  /** Its text; nothing if there is none. */
  public String text(String... path) {
    return first(path).map(XmlTree::text).orElse("");
  }
}
