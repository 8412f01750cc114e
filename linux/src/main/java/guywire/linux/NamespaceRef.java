package guywire.linux;

/** How the kernel is told which network namespace is meant. */
public sealed interface NamespaceRef {

  /**
   * The network namespace of a process.
   *
   * @param pid the process, as numbered in the calling process's namespace
   */
  record OfProcess(long pid) implements NamespaceRef {}

  /**
   * An open file of {@code /proc/PID/ns/net}.
   *
   * @param descriptor the file descriptor
   */
  record OfDescriptor(int descriptor) implements NamespaceRef {}
}
