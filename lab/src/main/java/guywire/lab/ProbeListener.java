package guywire.lab;

import guywire.address.IpAddress;
import guywire.linux.LinuxException;
import guywire.linux.Poll;
import guywire.linux.RawSocket;
import guywire.linux.Wakeup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Listens on all machines at once for the packets of probes: those that arrive, after the machine's
 * own firewall let them in, and on nodes also those that pass. One thread hears them all and tells
 * them on.
 */
final class ProbeListener implements AutoCloseable {

  /** Hears of what was seen; called by the listener's own thread. */
  interface Hearer {
    /** A packet arrived at a machine. */
    void arrived(LabMachine machine, SeenPacket sighting);

    /** A packet came in on an interface of a machine. */
    void passed(LabMachine machine, SeenPacket sighting);
  }

  /** The protocol of a socket that sees everything. */
  private static final int PASSING = -1;

  /** How often one who waits sees whether anybody still listens. */
  private static final long LOOK_MILLIS = 1_000;

  private record Socket(LabMachine machine, int protocol, RawSocket raw) {}

  private final long mark;
  private final Hearer hearer;
  private final List<Socket> sockets = new ArrayList<>();
  private final Map<LabMachine, Socket> icmp = new HashMap<>();
  private final Map<LabMachine, Socket> icmpv6 = new HashMap<>();
  private final Wakeup wakeup = new Wakeup();
  private final Queue<CountDownLatch> asking = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile boolean open = true;

  private ProbeListener(long mark, Hearer hearer) {
    this.mark = mark;
    this.hearer = hearer;
    thread = Thread.ofPlatform().daemon().name("lab probes").unstarted(this::listen);
  }

  /**
   * Begins to listen.
   *
   * @param mark what marks the packets of this lab's probes
   * @param machines where packets may arrive
   * @param watched those of them whose passing packets are of interest too
   */
  static ProbeListener open(
      long mark, List<LabMachine> machines, List<LabMachine> watched, Hearer hearer) {
    var probes = new ProbeListener(mark, hearer);
    for (LabMachine machine : machines) {
      machine
          .namespace()
          .run(() -> {
            probes.icmp.put(machine, probes.add(machine, RawSocket.ICMP, true));
            probes.add(machine, RawSocket.TCP, true);
            probes.add(machine, RawSocket.UDP, true);
            try {
              probes.icmpv6.put(machine, probes.add(machine, RawSocket.ICMPV6, false));
              probes.add(machine, RawSocket.TCP, false);
              probes.add(machine, RawSocket.UDP, false);
            } catch (LinuxException e) {
              // A kernel without IPv6 has no such packets either.
            }
            if (watched.contains(machine)) {
              probes.sockets.add(new Socket(machine, PASSING, RawSocket.passing()));
            }
          });
    }
    probes.thread.start();
    return probes;
  }

  private Socket add(LabMachine machine, int protocol, boolean ipv4) {
    var socket =
        new Socket(machine, protocol, ipv4 ? RawSocket.ipv4(protocol) : RawSocket.ipv6(protocol));
    sockets.add(socket);
    return socket;
  }

  /** Sends an echo request; false if the kernel refused it, as when there is no route. */
  boolean echo(LabMachine from, IpAddress to, int key, int sequence) {
    Socket socket = (to.isIpv4() ? icmp : icmpv6).get(from);
    return socket != null
        && socket.raw.send(to.bytes(), SeenPacket.echoRequest(to.isIpv4(), mark, key, sequence))
            == 0;
  }

  private void listen() {
    var fds = new int[sockets.size() + 1];
    for (int i = 0; i < sockets.size(); i++) {
      fds[i] = sockets.get(i).raw.fd();
    }
    fds[sockets.size()] = wakeup.fd();
    var poll = new Poll(fds);
    while (open) {
      poll.await();
      if (poll.ready(sockets.size())) {
        wakeup.clear();
      }
      for (int i = 0; i < sockets.size(); i++) {
        if (poll.ready(i)) {
          drain(sockets.get(i));
        }
      }
      tellThoseWhoAsk();
    }
    sockets.forEach(this::drain);
    tellThoseWhoAsk();
  }

  /** What came before somebody asked may be on a socket that was empty when the wait ended. */
  private void tellThoseWhoAsk() {
    for (var asks = asking.poll(); asks != null; asks = asking.poll()) {
      sockets.forEach(this::drain);
      asks.countDown();
    }
  }

  /**
   * Waits until all has been told that was seen so far. Machines are heard one after the other, so
   * that an answer may be told before the question that it answers.
   */
  void catchUp() {
    var told = new CountDownLatch(1);
    asking.add(told);
    wakeup.signal();
    try {
      while (!told.await(LOOK_MILLIS, TimeUnit.MILLISECONDS) && thread.isAlive()) {
        // What no longer listens tells nothing more.
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void drain(Socket socket) {
    for (var packet = socket.raw.receive(); packet.isPresent(); packet = socket.raw.receive()) {
      Optional<SeenPacket> sighting =
          socket.protocol == PASSING
              ? SeenPacket.passing(packet.get(), mark)
              : SeenPacket.arrived(packet.get(), socket.protocol, mark);
      if (sighting.isPresent()) {
        if (socket.protocol == PASSING) {
          if (packet.get().here()) {
            hearer.passed(socket.machine, sighting.get());
          }
        } else {
          hearer.arrived(socket.machine, sighting.get());
        }
      }
    }
  }

  /** Tells what was seen so far, and ends. */
  @Override
  public void close() {
    open = false;
    wakeup.signal();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    sockets.forEach(socket -> socket.raw.close());
    wakeup.close();
  }
}
