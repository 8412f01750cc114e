package guywire.cli;

import guywire.guard.PlainText;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * A stream of text on its way to a terminal, for those who print by themselves (help texts, the
 * trace of a programming error): control characters in it are escaped.
 */
final class PlainStream extends PrintStream {

  PlainStream(PrintStream to) {
    super(to, true, StandardCharsets.UTF_8);
  }

  @Override
  public void print(String text) {
    super.print(PlainText.lines(String.valueOf(text)));
  }

  @Override
  public void print(char character) {
    print(String.valueOf(character));
  }

  @Override
  public void print(char[] characters) {
    print(new String(characters));
  }

  @Override
  public void print(Object thing) {
    print(String.valueOf(thing));
  }
}
