package guywire.network;

import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One WireGuard interface of a node.
 *
 * @param name the interface, such as wg0
 * @param privateKey its private key, where this value carries it
 * @param publicKey its public key, where known
 * @param addresses its tunnel addresses
 * @param listenPort its UDP port; empty lets the kernel choose
 * @param firewallMark the mark of its outer packets, or 0 for none (with a default route and {@link
 *     RouteTable.Auto} one is chosen, as wg-quick does)
 * @param mtu its MTU in bytes; empty lets the program that makes the interface choose
 * @param table where the routes to its allowed IPs go
 * @param dns the resolver settings it brings
 * @param peers its peers, in the order written
 */
public record TunnelInterface(
    InterfaceName name,
    Optional<PrivateKey> privateKey,
    Optional<PublicKey> publicKey,
    List<InterfaceAddress> addresses,
    OptionalInt listenPort,
    long firewallMark,
    OptionalInt mtu,
    RouteTable table,
    DnsClient dns,
    List<PeerConfig> peers) {

  /**
   * Copies the lists, derives the public key and checks the ranges.
   *
   * @throws IllegalArgumentException if port, mark or MTU is out of range, or the keys don't belong
   *     together
   */
  public TunnelInterface {
    addresses = List.copyOf(addresses);
    peers = List.copyOf(peers);
    if (listenPort.isPresent() && (listenPort.getAsInt() < 1 || listenPort.getAsInt() > 65535)) {
      throw new IllegalArgumentException("a UDP port is 1 to 65535");
    }
    if (firewallMark < 0 || firewallMark > 0xffffffffL) {
      throw new IllegalArgumentException("a firewall mark has 32 bits");
    }
    if (mtu.isPresent() && (mtu.getAsInt() < 576 || mtu.getAsInt() > 65455)) {
      throw new IllegalArgumentException("an MTU is 576 to 65455, not " + mtu.getAsInt());
    }
    if (privateKey.isPresent()) {
      var derived = privateKey.get().publicKey();
      if (publicKey.isPresent() && !publicKey.get().equals(derived)) {
        throw new IllegalArgumentException("the public key is not that of the private key");
      }
      publicKey = Optional.of(derived);
    }
  }

  /** The same interface by another name. */
  public TunnelInterface withName(InterfaceName other) {
    return new TunnelInterface(
        other, privateKey, publicKey, addresses, listenPort, firewallMark, mtu, table, dns, peers);
  }

  /** The same interface with other addresses. */
  public TunnelInterface withAddresses(List<InterfaceAddress> others) {
    return new TunnelInterface(
        name, privateKey, publicKey, others, listenPort, firewallMark, mtu, table, dns, peers);
  }

  /** The same interface with another port. */
  public TunnelInterface withListenPort(OptionalInt other) {
    return new TunnelInterface(
        name, privateKey, publicKey, addresses, other, firewallMark, mtu, table, dns, peers);
  }

  /** The same interface with another table for its routes. */
  public TunnelInterface withTable(RouteTable other) {
    return new TunnelInterface(
        name, privateKey, publicKey, addresses, listenPort, firewallMark, mtu, other, dns, peers);
  }

  /** The same interface with other peers. */
  public TunnelInterface withPeers(List<PeerConfig> others) {
    return new TunnelInterface(
        name, privateKey, publicKey, addresses, listenPort, firewallMark, mtu, table, dns, others);
  }
}
