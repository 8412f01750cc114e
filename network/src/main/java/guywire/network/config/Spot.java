package guywire.network.config;

/** A machine that can send or receive a packet: where a promise begins or ends. */
public sealed interface Spot {

  /**
   * A node of the network.
   *
   * @param name the node
   */
  record Node(Name name) implements Spot {
    @Override
    public String toString() {
      return name.text();
    }
  }

  /**
   * A machine in a site's LAN that knows nothing of WireGuard.
   *
   * @param site its site
   * @param name the machine
   */
  record Host(Name site, Name name) implements Spot {
    @Override
    public String toString() {
      return name.text();
    }
  }

  /** A server somewhere on the internet, outside the network. */
  record Outside() implements Spot {
    @Override
    public String toString() {
      return "internet";
    }
  }
}
