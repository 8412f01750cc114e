package guywire.guard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Enumeration;

/**
 * The files that a long-lived program was started from. A class that was not needed yet is read
 * when it is; by then an upgrade may have put another version's files in their place, whose classes
 * don't fit.
 */
public final class ProgramFiles {

  private ProgramFiles() {}

  /** Has all of them open from now on, so that this program goes on with what it began with. */
  public static void hold() {
    try {
      // To ask each for what all may have opens each; the class loader never closes them.
      Enumeration<URL> all = ClassLoader.getSystemResources("META-INF/MANIFEST.MF");
      while (all.hasMoreElements()) {
        all.nextElement();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
