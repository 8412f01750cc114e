package guywire.format.output;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/** One file to be written for a node. */
public final class RenderedFile {

  private static final Pattern PATH = Pattern.compile("(?:[A-Za-z0-9_=+@.-]+/)*[A-Za-z0-9_=+@.-]+");

  private final String path;
  private final byte[] content;
  private final boolean secret;

  private RenderedFile(String path, byte[] content, boolean secret) {
    if (!isPath(path)) {
      throw new IllegalArgumentException("not a relative path: " + path);
    }
    this.path = path;
    this.content = content;
    this.secret = secret;
  }

  /** Whether a path stays below the directory it is relative to, and is of plain characters. */
  static boolean isPath(String path) {
    return PATH.matcher(path).matches()
        && Arrays.stream(path.split("/")).noneMatch(part -> part.equals(".") || part.equals(".."));
  }

  /** A file that holds keys: nobody but its owner may read it (mode 0600). */
  public static RenderedFile secret(String path, String text) {
    return new RenderedFile(path, text.getBytes(StandardCharsets.UTF_8), true);
  }

  /** A picture or other bytes that hold keys (mode 0600). */
  public static RenderedFile secret(String path, byte[] bytes) {
    return new RenderedFile(path, bytes.clone(), true);
  }

  /** A file that anybody may read (mode 0644). */
  public static RenderedFile open(String path, String text) {
    return new RenderedFile(path, text.getBytes(StandardCharsets.UTF_8), false);
  }

  /** Where it goes, relative to the node's directory, with {@code /} between names. */
  public String path() {
    return path;
  }

  /** Its bytes. */
  public byte[] bytes() {
    return content.clone();
  }

  /** Its text, if it is one. */
  public String text() {
    return new String(content, StandardCharsets.UTF_8);
  }

  /** Whether it holds keys, and so has mode 0600 rather than 0644. */
  public boolean isSecret() {
    return secret;
  }

  /** Path and length only. */
  @Override
  public String toString() {
    return path + " (" + content.length + " bytes)";
  }
}
