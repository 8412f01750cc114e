package guywire.node;

/** Whether the shell commands of a configuration may run, which only the host's owner can say. */
public enum HookPermission {
  /** They are shown, not run. */
  SHOWN,
  /** They run, as root, as wg-quick would run them. */
  RUN
}
