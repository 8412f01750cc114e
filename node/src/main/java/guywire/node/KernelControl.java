package guywire.node;

/** The kernel's WireGuard. */
record KernelControl(Machine machine, String name) implements DeviceControl {

  @Override
  public WireGuardDevice read() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void change(DeviceChange change) {
    throw new UnsupportedOperationException();
  }
}
