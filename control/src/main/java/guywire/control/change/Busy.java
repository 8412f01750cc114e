package guywire.control.change;

/** As much is planned and proven at once as this server can: nothing was changed, try again. */
public final class Busy extends RuntimeException {
  private static final long serialVersionUID = 1;

  Busy() {
    super("too many changes at once");
  }
}
