package guywire.control.store;

import java.util.Optional;

/** All that was written down, the newest first, and as much of it as one page has. */
public final class WholeLog {

  /** All of it. */
  public static final LogQuery ALL =
      new LogQuery(
          "", Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);

  /** The first page. */
  public static final Page.Wanted FIRST = new Page.Wanted(Optional.empty(), Page.Wanted.MOST);

  private WholeLog() {}
}
