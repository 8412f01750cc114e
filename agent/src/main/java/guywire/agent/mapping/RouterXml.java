package guywire.agent.mapping;

import java.io.ByteArrayInputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The XML of a router: its elements that hold text and nothing else.
 *
 * @param leaves in their order
 */
/*
 * The parser is the JDK's own, with all off that would have it read anything else: a document type, an entity of
 * any kind, is the end of the document. What is left is bounded in depth, number and length.
 */
record RouterXml(List<Leaf> leaves) {

  private static final int MOST_DEEP = 32;
  private static final int MOST_ELEMENTS = 4000;
  private static final int MOST_CHARS = 1024;

  /**
   * An element that holds text.
   *
   * @param parent the name of the element in which it stands, without prefix
   * @param group a number that those in one element share
   * @param name its name, without prefix
   * @param text its text, without space around it
   */
  record Leaf(String parent, int group, String name, String text) {}

  private static final class Open {
    private final String name;
    private final int number;
    private final StringBuilder text = new StringBuilder();
    private boolean leaf = true;

    Open(String name, int number) {
      this.name = name;
      this.number = number;
    }
  }

  RouterXml {
    leaves = List.copyOf(leaves);
  }

  /** The document that these bytes are; empty if they are none, or one that goes too far. */
  static Optional<RouterXml> read(byte[] bytes) {
    try {
      var reader = factory().createXMLStreamReader(new ByteArrayInputStream(bytes));
      try {
        return read(reader);
      } finally {
        reader.close();
      }
    } catch (XMLStreamException | RuntimeException e) {
      // The JDK's parser throws whatever it likes at bytes that are no document.
      return Optional.empty();
    }
  }

  private static XMLInputFactory factory() {
    var factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, false);
    factory.setXMLResolver((_, _, _, _) -> {
      throw new XMLStreamException("nothing else is read");
    });
    return factory;
  }

  private static Optional<RouterXml> read(XMLStreamReader reader) throws XMLStreamException {
    var leaves = new ArrayList<Leaf>();
    Deque<Open> open = new ArrayDeque<>();
    int elements = 0;
    while (reader.hasNext()) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          if (++elements > MOST_ELEMENTS || open.size() >= MOST_DEEP) {
            return Optional.empty();
          }
          if (!open.isEmpty()) {
            open.peek().leaf = false;
          }
          String name = reader.getLocalName();
          if (name.length() > MOST_CHARS) {
            return Optional.empty();
          }
          open.push(new Open(name, elements));
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
          var inside = open.peek();
          if (inside != null && inside.leaf) {
            if (inside.text.length() + reader.getTextLength() > MOST_CHARS) {
              return Optional.empty();
            }
            inside.text.append(reader.getText());
          }
        }
        case XMLStreamConstants.END_ELEMENT -> {
          var ended = open.pop();
          var parent = open.peek();
          if (ended.leaf && parent != null) {
            leaves.add(
                new Leaf(parent.name, parent.number, ended.name, ended.text.toString().strip()));
          }
        }
        case XMLStreamConstants.DTD,
            XMLStreamConstants.ENTITY_REFERENCE,
            XMLStreamConstants.ENTITY_DECLARATION -> {
          return Optional.empty();
        }
        default -> {}
      }
    }
    return Optional.of(new RouterXml(leaves));
  }

  /** The text of the first element of a name. */
  Optional<String> text(String name) {
    return leaves.stream().filter(leaf -> leaf.name().equals(name)).map(Leaf::text).findFirst();
  }
}
