package guywire.node;

import guywire.address.Prefix;
import guywire.linux.KernelWireGuard;
import guywire.node.DeviceChange.Fate;
import guywire.node.DeviceChange.PeerChange;
import guywire.protocol.Endpoint;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.time.Instant;
import java.util.Optional;

/** An interface of the kernel's WireGuard, spoken to by generic netlink. */
record KernelControl(Machine machine, String name) implements DeviceControl {

  @Override
  public WireGuardDevice read() {
    return machine.call(() -> {
      try (var kernel = KernelWireGuard.open()) {
        return device(kernel.read(name));
      }
    });
  }

  @Override
  public void change(DeviceChange change) {
    machine.call(() -> {
      try (var kernel = KernelWireGuard.open()) {
        kernel.change(name, raw(change));
        return name;
      }
    });
  }

  static WireGuardDevice device(KernelWireGuard.KernelDevice raw) {
    return new WireGuardDevice(
        Optional.of(PrivateKey.of(raw.privateKey())).filter(key -> !key.isZero()),
        raw.listenPort(),
        raw.mark(),
        raw.peers().stream().map(KernelControl::peer).toList());
  }

  private static WireGuardPeer peer(KernelWireGuard.KernelPeer raw) {
    boolean never = raw.handshakeSeconds() == 0 && raw.handshakeNanos() == 0;
    return new WireGuardPeer(
        PublicKey.of(raw.publicKey()),
        Optional.of(PresharedKey.of(raw.presharedKey())).filter(key -> !key.isZero()),
        raw.endpoint()
            .filter(endpoint -> endpoint.port() != 0)
            .map(e -> new Endpoint(Addresses.ofJava(e.address()), e.scope(), e.port())),
        raw.allowedIps().stream()
            .map(ip -> Prefix.around(Addresses.ofJava(ip.address()), ip.length()))
            .toList(),
        raw.keepaliveSeconds(),
        never
            ? Optional.empty()
            : Optional.of(Instant.ofEpochSecond(raw.handshakeSeconds(), raw.handshakeNanos())),
        raw.receivedBytes(),
        raw.sentBytes());
  }

  static KernelWireGuard.Change raw(DeviceChange change) {
    return new KernelWireGuard.Change(
        change.privateKey().map(PrivateKey::bytes),
        change.listenPort(),
        change.firewallMark(),
        change.peers().stream().map(KernelControl::raw).toList());
  }

  private static KernelWireGuard.KernelPeerChange raw(PeerChange peer) {
    return new KernelWireGuard.KernelPeerChange(
        peer.key().bytes(),
        peer.fate() == Fate.REMOVED,
        peer.fate() == Fate.CHANGED,
        peer.presharedKey().map(PresharedKey::bytes),
        peer.endpoint()
            .map(e ->
                new KernelWireGuard.KernelEndpoint(
                    Addresses.toJava(e.address()), e.port(), e.scope())),
        peer.keepaliveSeconds(),
        peer.replaceAllowedIps(),
        peer.allowedIps().stream()
            .map(prefix ->
                new KernelWireGuard.AllowedIp(Addresses.toJava(prefix.address()), prefix.length()))
            .toList());
  }
}
