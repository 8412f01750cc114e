package guywire.plan.definition;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The lines on which a list of sentences stands in a definition's text, made to say other
 * sentences. A sentence that stays keeps its line to the letter, one that is changed the comment
 * behind it, one that is moved takes its line along; what stands between the lines stays.
 *
 * @param text the whole text
 * @param entries where each sentence stands, in order
 */
record SentenceList(String text, List<Entry> entries) {

  /** What needs no quotes where a line holds nothing else. */
  private static final Pattern PLAIN =
      Pattern.compile("\\p{L}[\\p{L}\\p{M}\\p{Nd}./-]*,?( [\\p{L}\\p{M}\\p{Nd}./-]+,?)+");

  /** Beyond so many pairs of lines all are taken as exchanged: nobody edits that by hand. */
  private static final long MOST_PAIRS = 4_000_000;

  /**
   * A sentence in the text.
   *
   * @param sentence what it says
   * @param dash the column of its dash
   * @param begin where its line begins
   * @param from where the sentence begins
   * @param to where it ends
   * @param end where its last line ends, with the line's end
   */
  record Entry(String sentence, int dash, int begin, int from, int to, int end) {}

  SentenceList {
    entries = List.copyOf(entries);
  }

  /** The list, if each of its sentences has lines of its own. */
  static Optional<SentenceList> of(DefinitionText whole, SequenceNode list) {
    if (list.getFlowStyle() == FlowStyle.FLOW) {
      return Optional.empty();
    }
    var entries = new ArrayList<Entry>();
    for (var item : list.getValue()) {
      var entry =
          item instanceof ScalarNode scalar ? entry(whole, scalar) : Optional.<Entry>empty();
      if (entry.isEmpty()) {
        return Optional.empty();
      }
      entries.add(entry.get());
    }
    return Optional.of(new SentenceList(whole.text(), entries));
  }

  private static Optional<Entry> entry(DefinitionText whole, ScalarNode scalar) {
    if (scalar.getScalarStyle() == ScalarStyle.LITERAL
        || scalar.getScalarStyle() == ScalarStyle.FOLDED) {
      return Optional.empty();
    }
    String text = whole.text();
    int from = whole.offset(scalar.getStartMark().map(Mark::getIndex).orElseThrow());
    int to = whole.offset(scalar.getEndMark().map(Mark::getIndex).orElseThrow());
    int begin = text.lastIndexOf('\n', from - 1) + 1;
    int next = text.indexOf('\n', to);
    String before = text.substring(begin, from);
    if (!before.matches("\ufeff? *- +")) {
      return Optional.empty();
    }
    return Optional.of(
        new Entry(
            scalar.getValue(),
            before.indexOf('-'),
            begin,
            from,
            to,
            next < 0 ? text.length() : next + 1));
  }

  /** The text in which the list says these sentences, of which there is at least one. */
  String saying(List<String> wanted) {
    var written = new ArrayList<List<String>>();
    for (int i = 0; i <= entries.size(); i++) {
      written.add(new ArrayList<>());
    }
    boolean[] used = place(wanted, written);
    var out = new StringBuilder(text.substring(0, entries.getFirst().begin()));
    written.getFirst().forEach(line -> append(out, line));
    for (int i = 0; i < entries.size(); i++) {
      var entry = entries.get(i);
      if (used[i]) {
        append(out, written.get(i + 1).getFirst());
      }
      written.get(i + 1).stream().skip(used[i] ? 1 : 0).forEach(line -> append(out, line));
      int next = i + 1 < entries.size() ? entries.get(i + 1).begin() : text.length();
      out.append(text, entry.end(), next);
    }
    return out.toString();
  }

  /** What is put behind a line that had no end gives it one. */
  private void append(StringBuilder out, String line) {
    if (!out.isEmpty() && out.charAt(out.length() - 1) != '\n') {
      out.append(lineEnd());
    }
    out.append(line);
  }

  /**
   * Finds for each sentence its line: behind which of those that are there, the first list being
   * for what comes before all.
   *
   * @return which of those that are there have a line still, the first of their list
   */
  private boolean[] place(List<String> wanted, List<List<String>> written) {
    int[] match = common(wanted);
    boolean[] used = new boolean[entries.size()];
    int old = 0;
    int behind = 0;
    for (int i = 0; i < wanted.size(); i++) {
      int anchor = match[i];
      if (anchor < 0 && old < nextAnchor(match, i)) {
        // A changed sentence takes the line of one that goes.
        anchor = old;
      }
      if (anchor >= 0) {
        written.get(anchor + 1).add(line(entries.get(anchor), wanted.get(i)));
        used[anchor] = true;
        old = anchor + 1;
        behind = anchor + 1;
      } else {
        written.get(behind).add(added(wanted.get(i)));
      }
    }
    return used;
  }

  private int nextAnchor(int[] match, int from) {
    for (int i = from; i < match.length; i++) {
      if (match[i] >= 0) {
        return match[i];
      }
    }
    return entries.size();
  }

  /** The line of an entry with a sentence, which may be another. */
  private String line(Entry entry, String sentence) {
    var moved = entries.stream().filter(one -> one.sentence().equals(sentence)).findFirst();
    if (moved.isPresent()) {
      return text.substring(moved.get().begin(), moved.get().end());
    }
    return text.substring(entry.begin(), entry.from())
        + quoted(sentence)
        + text.substring(entry.to(), entry.end());
  }

  private String added(String sentence) {
    return entries.stream()
        .filter(one -> one.sentence().equals(sentence))
        .findFirst()
        .map(one -> text.substring(one.begin(), one.end()))
        .orElseGet(
            () -> " ".repeat(entries.getFirst().dash()) + "- " + quoted(sentence) + lineEnd());
  }

  private String lineEnd() {
    return text.contains("\r\n") ? "\r\n" : "\n";
  }

  /** For each of the wanted sentences which of those that are there it is: the most that can be. */
  private int[] common(List<String> wanted) {
    int n = entries.size();
    int m = wanted.size();
    int[] match = new int[m];
    Arrays.fill(match, -1);
    if ((long) (n + 1) * (m + 1) > MOST_PAIRS) {
      return match;
    }
    int[][] longest = new int[n + 1][m + 1];
    for (int i = n - 1; i >= 0; i--) {
      for (int j = m - 1; j >= 0; j--) {
        longest[i][j] =
            entries.get(i).sentence().equals(wanted.get(j))
                ? longest[i + 1][j + 1] + 1
                : Math.max(longest[i + 1][j], longest[i][j + 1]);
      }
    }
    for (int i = 0, j = 0; i < n && j < m; ) {
      if (entries.get(i).sentence().equals(wanted.get(j))) {
        match[j++] = i++;
      } else if (longest[i + 1][j] >= longest[i][j + 1]) {
        i++;
      } else {
        j++;
      }
    }
    return match;
  }

  /** A sentence as YAML has it on a line of its own. */
  static String quoted(String sentence) {
    return PLAIN.matcher(sentence).matches()
        ? sentence
        : '"' + sentence.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
