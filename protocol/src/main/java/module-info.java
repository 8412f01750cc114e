/** WireGuard itself, as values and a state machine without I/O, threads or clocks of its own. */
module guywire.protocol {
  requires transitive guywire.address;
  requires static transitive org.jspecify;

  exports guywire.protocol;
}
