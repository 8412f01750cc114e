package guywire.linux;

/** A system call that failed: which one, on what, and the kernel's error number. */
public final class LinuxException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final int errno;

  /**
   * A failed call.
   *
   * @param what the call and what it was for, such as "open /dev/net/tun"
   * @param errno the error number, positive, as in errno(3)
   */
  public LinuxException(String what, int errno) {
    this(what, errno, "");
  }

  /**
   * A failed call that the kernel explained.
   *
   * @param what the call and what it was for, such as "add route 10.0.0.0/8"
   * @param errno the error number, positive, as in errno(3)
   * @param explanation the kernel's own words, or an empty text
   */
  public LinuxException(String what, int errno, String explanation) {
    super(
        what
            + ": errno "
            + errno
            + (explanation.isEmpty() ? "" : " (kernel: " + explanation + ")"));
    this.errno = errno;
  }

  /** The error number, positive, as in errno(3). */
  public int errno() {
    return errno;
  }
}
