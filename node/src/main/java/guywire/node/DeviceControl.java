package guywire.node;

/** How a running WireGuard interface is read and changed. */
interface DeviceControl {

  /**
   * Its present state.
   *
   * @throws java.io.UncheckedIOException if nobody answers
   * @throws guywire.linux.LinuxException if the answer is an error
   */
  WireGuardDevice read();

  /**
   * Changes it.
   *
   * @throws java.io.UncheckedIOException if nobody answers
   * @throws guywire.linux.LinuxException if the answer is an error
   */
  void change(DeviceChange change);
}
