package guywire.network;

/** Whether a host passes packets on that are not for itself. */
public enum Forwarding {
  ON,
  OFF,
  /** No file says so; the answer depends on the host. */
  UNSTATED
}
