package guywire.format.firewall;

import guywire.format.input.SourceFile;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.List;

/** The words of an nftables script. A line's end and a semicolon both end a statement. */
final class NftTokens {

  /** Ends a statement. */
  static final String END = ";";

  /** A word where it stands; a quoted one without its quotes. */
  record NftToken(String text, boolean quoted, int line, int column) {
    boolean is(String word) {
      return !quoted && text.equals(word);
    }
  }

  private final String file;
  private final List<NftToken> tokens = new ArrayList<>();
  private int next;

  private NftTokens(String file) {
    this.file = file;
  }

  static NftTokens of(SourceFile source) {
    var tokens = new NftTokens(source.name());
    int line = 1;
    int lineStart = 0;
    String text = source.content();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      int column = at - lineStart + 1;
      if (c == '\n') {
        tokens.tokens.add(new NftToken(END, false, line, column));
        line++;
        lineStart = ++at;
      } else if (Character.isWhitespace(c)) {
        at++;
      } else if (c == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (c == '"') {
        int end = at + 1;
        while (end < text.length() && text.charAt(end) != '"' && text.charAt(end) != '\n') {
          end++;
        }
        tokens.tokens.add(new NftToken(text.substring(at + 1, end), true, line, column));
        at = end < text.length() && text.charAt(end) == '"' ? end + 1 : end;
      } else if ("{},;".indexOf(c) >= 0) {
        tokens.tokens.add(new NftToken(String.valueOf(c), false, line, column));
        at++;
      } else if (c == '\\' && at + 1 < text.length() && text.charAt(at + 1) == '\n') {
        at += 2;
        line++;
        lineStart = at;
      } else {
        int end = at;
        while (end < text.length()
            && !Character.isWhitespace(text.charAt(end))
            && "{},;\"".indexOf(text.charAt(end)) < 0) {
          end++;
        }
        tokens.tokens.add(new NftToken(text.substring(at, end), false, line, column));
        at = end;
      }
    }
    return tokens;
  }

  boolean hasNext() {
    return next < tokens.size();
  }

  /** The next word without taking it; an end if there is none. */
  NftToken peek() {
    return hasNext() ? tokens.get(next) : new NftToken(END, false, 0, 0);
  }

  NftToken take() {
    var token = peek();
    next++;
    return token;
  }

  /** Takes the next word if it is this one. */
  boolean take(String word) {
    if (peek().is(word)) {
      next++;
      return true;
    }
    return false;
  }

  /** Takes ends of statements. */
  void skipEnds() {
    while (hasNext() && peek().is(END)) {
      next++;
    }
  }

  /** Takes everything up to the end of this statement; braces inside it are taken whole. */
  List<NftToken> statement() {
    var words = new ArrayList<NftToken>();
    int depth = 0;
    while (hasNext() && !(depth == 0 && (peek().is(END) || peek().is("}")))) {
      var token = take();
      depth += token.is("{") ? 1 : token.is("}") ? -1 : 0;
      if (!token.is(END)) {
        words.add(token);
      }
    }
    return words;
  }

  Place place(NftToken token) {
    return new Place(file, token.line(), token.column());
  }
}
