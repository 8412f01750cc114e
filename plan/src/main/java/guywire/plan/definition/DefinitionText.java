package guywire.plan.definition;

import guywire.network.Name;
import guywire.network.text.Findings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.CollectionNode;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The text of a definition, changed in one place by a program: what its owner wrote, with comments
 * and order, stays as it is to the letter.
 *
 * @param text the YAML
 */
/*
 * The parser says where each node stands; lines are put in or taken out there, and the result is read again:
 * if it has not exactly the nodes that it should have, there is no result.
 */
public record DefinitionText(String text) {

  private static final String NODES = "nodes";
  private static final String GROUPS = "groups";
  private static final String MEMBERS = "members";

  /**
   * The text with one node more, after the last.
   *
   * @param name the node
   * @param fields what is said of it, such as {@code roaming: true}
   * @return empty if the text can't be read, has the node already, or has its nodes in a form that
   *     nothing can be put into
   */
  public Optional<DefinitionText> with(Name name, List<String> fields) {
    var expected = new ArrayList<>(names(text));
    if (expected.contains(name.text())) {
      return Optional.empty();
    }
    String entry = key(name) + ": {" + String.join(", ", fields) + "}";
    expected.add(name.text());
    return nodes()
        .flatMap(nodes ->
            isFlow(nodes)
                ? within(nodes, '}', entry)
                : nodes.getValue().stream()
                    .findFirst()
                    .flatMap(first -> onLine(nodes, first.getKeyNode(), 0, entry)))
        .filter(changed -> names(changed).equals(expected))
        .map(DefinitionText::new);
  }

  /**
   * The text without a node.
   *
   * @return empty if the text can't be read, hasn't the node, or has nodes in a form that nothing
   *     can be taken out of
   */
  public Optional<DefinitionText> without(Name name) {
    var expected = new ArrayList<>(names(text));
    expected.remove(name.text());
    return nodes()
        .filter(nodes -> !isFlow(nodes))
        .flatMap(nodes ->
            nodes.getValue().stream()
                .filter(tuple -> word(tuple).equals(Optional.of(name.text())))
                .findFirst()
                .map(this::withoutLines))
        .filter(changed -> names(changed).equals(expected))
        .map(DefinitionText::new);
  }

  /**
   * The text with one member more in a group, after the last.
   *
   * @return empty if there is no such group, it has this member, or its members stand in a form
   *     that nothing can be put into
   */
  public Optional<DefinitionText> withMember(Name group, Name member) {
    var expected = new ArrayList<>(members(group));
    if (expected.isEmpty() || expected.contains(member.text())) {
      return Optional.empty();
    }
    expected.add(member.text());
    return memberList(group)
        .filter(list -> !list.getValue().isEmpty())
        .flatMap(list ->
            isFlow(list)
                ? within(list, ']', key(member))
                : onLine(list, list.getValue().getFirst(), 2, "- " + key(member)))
        .map(DefinitionText::new)
        .filter(changed -> changed.members(group).equals(expected));
  }

  /** The lists of sentences that a definition has. */
  public enum Sentences {
    POLICY,
    EXPECT;

    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The sentences of a list as they are written; none where they stand in another form. */
  public List<String> sentences(Sentences which) {
    return root()
        .flatMap(root -> value(root, which.key()))
        .filter(SequenceNode.class::isInstance)
        .map(SequenceNode.class::cast)
        .map(DefinitionText::words)
        .orElse(List.of());
  }

  /**
   * The text in which a list says these sentences and no others. Without any, the list's key goes:
   * without a policy everyone may reach everyone, without expectations nothing is promised.
   *
   * @return empty if the text can't be read, or the list stands in a form that nothing can be put
   *     into
   */
  public Optional<DefinitionText> saying(Sentences which, List<String> wanted) {
    if (sentences(which).equals(wanted)) {
      return root().map(_ -> this);
    }
    if (wanted.stream().anyMatch(line -> line.isBlank() || !line.equals(line.strip()))
        || wanted.stream().anyMatch(line -> line.chars().anyMatch(Character::isISOControl))) {
      return Optional.empty();
    }
    var other = which == Sentences.POLICY ? Sentences.EXPECT : Sentences.POLICY;
    return root()
        .filter(root -> !isFlow(root))
        .flatMap(root -> saying(root, which, wanted))
        .map(DefinitionText::new)
        .filter(changed ->
            changed.sentences(which).equals(wanted)
                && changed.sentences(other).equals(sentences(other))
                && names(changed.text).equals(names(text)));
  }

  private Optional<String> saying(MappingNode root, Sentences which, List<String> wanted) {
    var tuple =
        root.getValue().stream()
            .filter(one -> word(one).equals(Optional.of(which.key())))
            .findFirst();
    if (tuple.isEmpty()) {
      return Optional.of(withList(root, which, wanted));
    }
    if (!(tuple.get().getValueNode() instanceof SequenceNode list)) {
      return Optional.empty();
    }
    if (wanted.isEmpty()) {
      return Optional.of(withoutLines(tuple.get()));
    }
    if (isFlow(list)) {
      return withinBrackets(list, wanted);
    }
    return SentenceList.of(this, list).map(lines -> lines.saying(wanted));
  }

  /** With a new list: a policy stands before what is expected of it, all else at the end. */
  private String withList(MappingNode root, Sentences which, List<String> wanted) {
    var lines = lines();
    String end = lines.stream().anyMatch(line -> line.endsWith("\r\n")) ? "\r\n" : "\n";
    int at = lines.size();
    if (which == Sentences.POLICY) {
      at =
          root.getValue().stream()
              .filter(one -> word(one).equals(Optional.of(Sentences.EXPECT.key())))
              .map(one -> one.getKeyNode().getStartMark().orElseThrow().getLine())
              .findFirst()
              .orElse(at);
      while (at > 0 && at < lines.size() && lines.get(at - 1).startsWith("#")) {
        at--;
      }
    }
    if (at == lines.size() && !text.endsWith("\n")) {
      lines.set(at - 1, lines.get(at - 1) + end);
    }
    var added = new ArrayList<String>();
    added.add(which.key() + ":" + end);
    wanted.forEach(line -> added.add("  - " + SentenceList.quoted(line) + end));
    if (at < lines.size()) {
      added.add(end);
    }
    lines.addAll(at, added);
    return String.join("", lines);
  }

  /** A list in brackets is written anew, where no comment is lost by it. */
  private Optional<String> withinBrackets(SequenceNode list, List<String> wanted) {
    int from = offset(list.getStartMark().orElseThrow().getIndex());
    int to = offset(list.getEndMark().orElseThrow().getIndex());
    if (text.substring(from, to).contains("#")) {
      return Optional.empty();
    }
    String all =
        wanted.stream()
            .map(line -> '"' + line.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
            .collect(Collectors.joining(", ", "[", "]"));
    return Optional.of(text.substring(0, from) + all + text.substring(to));
  }

  private static List<String> words(SequenceNode list) {
    return list.getValue().stream()
        .filter(ScalarNode.class::isInstance)
        .map(node -> ((ScalarNode) node).getValue())
        .toList();
  }

  private List<String> members(Name group) {
    return memberList(group).map(DefinitionText::words).orElse(List.of());
  }

  /** A group is a list of its members, or says them beside other things. */
  private Optional<SequenceNode> memberList(Name group) {
    return mapping(GROUPS)
        .flatMap(groups -> value(groups, group.text()))
        .flatMap(
            value -> value instanceof MappingNode more ? value(more, MEMBERS) : Optional.of(value))
        .filter(SequenceNode.class::isInstance)
        .map(SequenceNode.class::cast);
  }

  private static Optional<Node> value(MappingNode mapping, String key) {
    return mapping.getValue().stream()
        .filter(tuple -> word(tuple).equals(Optional.of(key)))
        .map(NodeTuple::getValueNode)
        .findFirst();
  }

  /** The names of the nodes, also where the whole is no definition that can work. */
  private static List<String> names(String text) {
    return new DefinitionText(text)
        .nodes()
        .map(nodes -> nodes.getValue().stream().flatMap(tuple -> word(tuple).stream()).toList())
        .orElse(List.of());
  }

  /** What YAML would take for something else than a text stands in quotes. */
  private static String key(Name name) {
    boolean plain =
        name.text().matches("[\\p{L}][\\p{L}\\p{M}\\p{Nd}-]*")
            && !Set.of("true", "false", "null", "yes", "no", "on", "off").contains(name.text());
    return plain ? name.text() : "\"" + name + "\"";
  }

  private Optional<MappingNode> nodes() {
    return mapping(NODES);
  }

  private Optional<MappingNode> root() {
    return YamlFile.compose("definition", text, new Findings(DefinitionText.class))
        .filter(MappingNode.class::isInstance)
        .map(MappingNode.class::cast);
  }

  private Optional<MappingNode> mapping(String key) {
    return root()
        .flatMap(root -> value(root, key))
        .filter(MappingNode.class::isInstance)
        .map(MappingNode.class::cast);
  }

  private static Optional<String> word(NodeTuple tuple) {
    return tuple.getKeyNode() instanceof ScalarNode scalar
        ? Optional.of(scalar.getValue())
        : Optional.empty();
  }

  private static boolean isFlow(CollectionNode<?> node) {
    return node.getFlowStyle() == FlowStyle.FLOW;
  }

  /**
   * A line of its own behind that on which the last entry ends, indented as the first.
   *
   * @param mark how many columns before the first entry the mark of its list stands
   */
  private Optional<String> onLine(Node collection, Node first, int mark, String entry) {
    var lines = lines();
    int indent = first.getStartMark().orElseThrow().getColumn() - mark;
    if (indent < 0) {
      return Optional.empty();
    }
    int last = lastLine(collection);
    String before = lines.get(last);
    String end = lines.stream().anyMatch(line -> line.endsWith("\r\n")) ? "\r\n" : "\n";
    boolean closed = before.endsWith("\n");
    lines.set(last, closed ? before : before + end);
    lines.add(last + 1, " ".repeat(indent) + entry + (closed ? end : ""));
    return Optional.of(String.join("", lines));
  }

  /** Within braces or brackets, behind the last entry. */
  private Optional<String> within(CollectionNode<?> nodes, char end, String entry) {
    int at = offset(nodes.getEndMark().orElseThrow().getIndex()) - 1;
    if (at < 0 || text.charAt(at) != end) {
      return Optional.empty();
    }
    int behind = at;
    while (Character.isWhitespace(text.charAt(behind - 1))) {
      behind--;
    }
    boolean first = "{[,".indexOf(text.charAt(behind - 1)) >= 0;
    return Optional.of(
        text.substring(0, behind) + (first ? "" : ", ") + entry + text.substring(behind));
  }

  private String withoutLines(NodeTuple tuple) {
    var lines = lines();
    int first = tuple.getKeyNode().getStartMark().orElseThrow().getLine();
    lines.subList(first, lastLine(tuple.getValueNode()) + 1).clear();
    return String.join("", lines);
  }

  /** The line on which the last thing of a node ends. */
  private static int lastLine(Node node) {
    return switch (node) {
      case MappingNode mapping when !isFlow(mapping) && !mapping.getValue().isEmpty() ->
          lastLine(mapping.getValue().getLast().getValueNode());
      case CollectionNode<?> list
          when !isFlow(list)
              && !list.getValue().isEmpty()
              && list.getValue().getLast() instanceof Node last ->
          lastLine(last);
      default -> node.getEndMark().orElseThrow().getLine();
    };
  }

  /** The lines, each with its end. */
  private List<String> lines() {
    return Pattern.compile("(?<=\n)")
        .splitAsStream(text)
        .collect(Collectors.toCollection(ArrayList::new));
  }

  /** The parser counts code points, and none for a byte order mark. */
  int offset(int index) {
    int start = text.startsWith("\ufeff") ? 1 : 0;
    return text.offsetByCodePoints(start, index);
  }
}
