package guywire.linux;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a Linux kernel. Distributions carry fixes back, so it tells what to expect, not
 * what is.
 */
public record KernelRelease(int major, int minor, int patch) implements Comparable<KernelRelease> {

  private static final Pattern FORM =
      Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(?:\\.(\\d{1,4}))?.*");

  private static final Comparator<KernelRelease> ORDER =
      Comparator.comparingInt(KernelRelease::major)
          .thenComparingInt(KernelRelease::minor)
          .thenComparingInt(KernelRelease::patch);

  /** The version in a text such as {@code 6.1.0-18-amd64}; 0.0.0 if there is none. */
  public static KernelRelease parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return new KernelRelease(0, 0, 0);
    }
    String patch = form.group(3);
    return new KernelRelease(
        Integer.parseInt(form.group(1)),
        Integer.parseInt(form.group(2)),
        patch == null ? 0 : Integer.parseInt(patch));
  }

  /** The running kernel's. */
  public static KernelRelease current() {
    return parse(Sysctl.read("kernel/osrelease").orElse(""));
  }

  @Override
  public int compareTo(KernelRelease other) {
    return ORDER.compare(this, other);
  }
}
