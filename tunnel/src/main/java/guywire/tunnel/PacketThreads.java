package guywire.tunnel;

import guywire.linux.Clock;
import guywire.linux.Poll;
import guywire.linux.UdpReceiver;
import guywire.linux.UdpSocket;
import guywire.linux.Wakeup;
import org.jspecify.annotations.Nullable;

/**
 * The threads that carry packets: one for both ways while it can keep up, else one for each way.
 */
/*
 * To wake a thread that sleeps on another processor costs 10 microseconds of the waker's time on a virtual
 * machine, and nearly as much of the sleeper's: as much as to carry twenty packets. Traffic in one way
 * always causes some in the other, acknowledgements if nothing else; a thread that is busy with one way finds
 * the other's packets without being woken. So the first thread has both ways, and only when it has no time
 * left (Sharing) the second gets the way out, until one is enough again.
 *
 * Whoever has the way out owns Outbound, all of it. It is handed over by a volatile write and a wake-up.
 */
final class PacketThreads implements AutoCloseable {

  private static final int IPV4 = 0;
  private static final int IPV6 = 1;
  private static final int TUN = 2;
  private static final int HANDED = 3;
  private static final int SOCKETS = 4;
  private static final int STOPPED = 5;
  private static final int NONE = -1;

  private final Tunnel tunnel;
  private final Sharing sharing;
  private final UdpReceiver receiver;
  private final Inbound inbound;
  private final Outbound outbound;
  private final Wakeup toFirst = new Wakeup();
  private final Wakeup toSecond = new Wakeup();
  private final Load firstLoad;
  private final Load secondLoad;

  /** Whether the way out is the second thread's. Written by whoever has it. */
  private volatile boolean apart;

  PacketThreads(Tunnel tunnel, Sharing sharing) {
    this.tunnel = tunnel;
    this.sharing = sharing;
    receiver = new UdpReceiver(Inbound.BUFFERS, tunnel.memory());
    inbound = new Inbound(tunnel);
    outbound = new Outbound(tunnel);
    firstLoad = new Load(sharing.windowNanos());
    secondLoad = new Load(sharing.windowNanos());
  }

  /** The first thread: the way in, and the way out unless it is the second's. */
  void first() {
    Sockets sockets = Sockets.NONE;
    var poll =
        new Poll(
            NONE,
            NONE,
            tunnel.tun().fd(),
            toFirst.fd(),
            tunnel.socketsChanged().fd(),
            tunnel.stopped().fd());
    boolean more = false;
    while (true) {
      await(poll, more);
      if (poll.ready(STOPPED)) {
        return;
      }
      if (poll.ready(HANDED) && toFirst.clear() && !apart) {
        poll.set(TUN, tunnel.tun().fd());
        more = true;
      }
      if (poll.ready(SOCKETS)) {
        tunnel.socketsChanged().clear();
      }
      if (tunnel.sockets() != sockets) {
        sockets = tunnel.sockets();
        poll.set(IPV4, fd(sockets.ipv4()));
        poll.set(IPV6, fd(sockets.ipv6()));
        continue;
      }
      receive(poll, IPV4, sockets.ipv4());
      receive(poll, IPV6, sockets.ipv6());
      if (more || poll.ready(TUN)) {
        more = carry(poll);
      }
      if (isMeasured(firstLoad) && !apart && sharing.isTooMuch(firstLoad.share())) {
        poll.set(TUN, NONE);
        more = false;
        apart = true;
        tunnel.log().verbose("the way out has a thread of its own");
        toSecond.signal();
      }
    }
  }

  /** The second thread: sleeps until it is given the way out. */
  void second() {
    var poll = new Poll(NONE, NONE, NONE, toSecond.fd(), NONE, tunnel.stopped().fd());
    boolean more = false;
    while (true) {
      await(poll, more);
      if (poll.ready(STOPPED)) {
        return;
      }
      if (poll.ready(HANDED) && toSecond.clear() && apart) {
        poll.set(TUN, tunnel.tun().fd());
        secondLoad.restart(System.nanoTime(), Clock.threadNanos());
        more = true;
      }
      if (more || poll.ready(TUN)) {
        more = carry(poll);
      }
      if (apart
          && isMeasured(secondLoad)
          && sharing.isLittle(firstLoad.share(), secondLoad.share())) {
        poll.set(TUN, NONE);
        more = false;
        apart = false;
        tunnel.log().verbose("one thread carries both ways again");
        toFirst.signal();
      }
    }
  }

  private static void await(Poll poll, boolean more) {
    if (more) {
      poll.look();
    } else {
      poll.await();
    }
  }

  private void receive(Poll poll, int index, @Nullable UdpSocket socket) {
    if (socket != null && poll.ready(index)) {
      int buffers = receiver.receive(socket);
      if (buffers > 0) {
        inbound.carry(receiver, buffers);
      }
    }
  }

  /** A turn of the way out; whether another should follow without waiting. */
  private boolean carry(Poll poll) {
    Outbound.Rest rest = outbound.carry();
    if (rest == Outbound.Rest.GONE) {
      poll.set(TUN, NONE);
    }
    return rest == Outbound.Rest.MORE;
  }

  private static boolean isMeasured(Load load) {
    long now = System.nanoTime();
    if (!load.isDue(now)) {
      return false;
    }
    load.measure(now, Clock.threadNanos());
    return true;
  }

  private static int fd(@Nullable UdpSocket socket) {
    return socket == null ? NONE : socket.fd();
  }

  /** Gives back what the threads waited on; they have ended. */
  @Override
  public void close() {
    toFirst.close();
    toSecond.close();
  }
}
