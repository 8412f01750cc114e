package guywire.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.linux.KernelWireGuard.AllowedIp;
import guywire.linux.KernelWireGuard.Change;
import guywire.linux.KernelWireGuard.KernelEndpoint;
import guywire.linux.KernelWireGuard.KernelPeerChange;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The messages to the kernel's WireGuard. The attributes of what is set and what is read are the
 * same, so what is written can be read back; one small message is compared byte for byte with the
 * layout in linux/wireguard.h.
 */
class KernelWireGuardTest {

  private static byte[] key(int fill) {
    var key = new byte[32];
    Arrays.fill(key, (byte) fill);
    return key;
  }

  private static ByteBuffer body(NetlinkMessage message) {
    byte[] bytes = message.bytes(1);
    return ByteBuffer.wrap(bytes, 16, bytes.length - 16).slice().order(ByteOrder.nativeOrder());
  }

  private static KernelPeerChange peer(
      int fill, Optional<KernelEndpoint> endpoint, List<AllowedIp> ips) {
    return new KernelPeerChange(
        key(fill),
        false,
        false,
        Optional.of(key(fill + 1)),
        endpoint,
        OptionalInt.of(25),
        true,
        ips);
  }

  @Test
  void a_change_of_one_peer_is_laid_out_as_the_kernel_wants_it() throws Exception {
    var change =
        new Change(
            Optional.empty(),
            OptionalInt.of(0x1234),
            OptionalLong.empty(),
            List.of(
                new KernelPeerChange(
                    key(7),
                    false,
                    true,
                    Optional.empty(),
                    Optional.of(new KernelEndpoint(InetAddress.getByName("192.0.2.1"), 51820, 0)),
                    OptionalInt.empty(),
                    false,
                    List.of(new AllowedIp(InetAddress.getByName("10.0.0.0"), 8)))));

    var messages = KernelWireGuard.encode("wg0", 0x1d, change);

    assertThat(messages).hasSize(1);
    String little =
        "8c0000001d0005000100000000000000" // nlmsghdr: 140 bytes, REQUEST | ACK, sequence 1
            + "01010000" // WG_CMD_SET_DEVICE, version 1
            + "0800020077673000" // IFNAME "wg0"
            + "0600060034120000" // LISTEN_PORT
            + "68000880" // PEERS, nested
            + "64000080" // element 0, nested
            + "24000100"
            + "07".repeat(32) // PUBLIC_KEY
            + "0800030004000000" // FLAGS: UPDATE_ONLY
            + "140004000200ca6cc00002010000000000000000" // ENDPOINT
            + "20000980" // ALLOWEDIPS, nested
            + "1c000080" // element 0, nested
            + "0600010002000000" // FAMILY AF_INET
            + "080002000a000000" // IPADDR
            + "0500030008000000"; // CIDR_MASK
    assertThat(ByteOrder.nativeOrder()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    String written = HexFormat.of().formatHex(messages.getFirst().bytes(1));
    assertThat(written).isEqualTo(little);
  }

  @Test
  void a_large_change_takes_several_messages_and_loses_nothing() throws Exception {
    var peers = new ArrayList<KernelPeerChange>();
    var endpoint = Optional.of(new KernelEndpoint(InetAddress.getByName("2001:db8::1"), 51820, 3));
    for (int i = 0; i < 100; i++) {
      var ips = new ArrayList<AllowedIp>();
      int count = i == 50 ? 2000 : 20;
      for (int j : IntStream.range(0, count).toArray()) {
        var address =
            InetAddress.getByAddress(new byte[] {10, (byte) i, (byte) (j >> 8), (byte) j});
        ips.add(new AllowedIp(address, 32));
      }
      peers.add(peer(i, endpoint, ips));
    }
    var change =
        new Change(Optional.of(key(9)), OptionalInt.of(51820), OptionalLong.of(0xca6c), peers);

    var messages = KernelWireGuard.encode("wg0", 0x1d, change);

    assertThat(messages).hasSizeGreaterThan(2).allMatch(m -> m.length() < 65_536);
    var read = KernelWireGuard.decode(messages.stream().map(KernelWireGuardTest::body).toList());
    assertThat(read.privateKey()).isEqualTo(key(9));
    assertThat(read.listenPort()).isEqualTo(51820);
    assertThat(read.mark()).isEqualTo(0xca6c);
    assertThat(read.peers()).hasSize(100);
    for (int i = 0; i < 100; i++) {
      var peer = read.peers().get(i);
      assertThat(peer.publicKey()).isEqualTo(key(i));
      assertThat(peer.presharedKey()).isEqualTo(key(i + 1));
      assertThat(peer.endpoint()).isEqualTo(endpoint);
      assertThat(peer.keepaliveSeconds()).isEqualTo(25);
      assertThat(peer.allowedIps()).isEqualTo(peers.get(i).allowedIps());
    }
  }

  @Test
  void a_family_that_is_not_there_is_named() {
    try (var socket = NetlinkSocket.open(NetlinkSocket.GENERIC)) {
      assertThat(GenericFamily.number(socket, "nlctrl")).isEqualTo(0x10);
      assertThatThrownBy(() -> GenericFamily.number(socket, "no-such-family"))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
    }
  }
}
