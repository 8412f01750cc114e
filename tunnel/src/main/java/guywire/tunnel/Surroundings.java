package guywire.tunnel;

import guywire.linux.PacketPort;
import guywire.linux.Region;
import guywire.protocol.Device;
import guywire.protocol.Outbox;
import guywire.tunnel.cipher.Engines;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Outbound} and {@link Inbound} need of the tunnel around them: so they carry packets
 * of any TUN to any socket, or of a test to itself, on any thread and by any clock.
 */
interface Surroundings {

  /** Where inner packets come from and go to. */
  PacketPort tun();

  /** A way for datagrams to leave by, for one thread. */
  DatagramSender newSender();

  Device device();

  /** The port that datagrams leave from, 0 if none do. */
  int ownPort();

  /** Does something with the device under its lock. */
  <T extends @Nullable Object> T locked(Function<Outbox, T> work);

  /** The same for what gives nothing back. */
  default void underLock(Consumer<Outbox> work) {
    this.<@Nullable Object>locked(out -> {
      work.accept(out);
      return null;
    });
  }

  /** Has {@link Device#tick} called soon. */
  void tickSoon();

  /** Sees whether the interface is up. Under no lock. */
  void lookAtInterface();

  /** The TUN can't be read any more. */
  void interfaceGone(int errno);

  /** Where handshakes wait that were received. */
  HandshakeQueue handshakes();

  Offloads offloads();

  /**
   * The cipher engine to use now.
   *
   * @param carried how many packets the thread that asks has carried so far
   */
  Engines.Choice engine(long carried);

  Times times();

  /** Where buffers come from that live as long as the tunnel. */
  Region memory();

  Failures failures();

  Log log();
}
