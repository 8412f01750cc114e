package guywire.tunnel;

import guywire.linux.Alarm;
import guywire.linux.Clock;
import guywire.linux.Errno;
import guywire.linux.LinuxException;
import guywire.linux.Poll;
import guywire.linux.Region;
import guywire.linux.SuspendWatch;
import guywire.linux.Tun;
import guywire.linux.Wakeup;
import guywire.protocol.Device;
import guywire.protocol.DiffieHellman;
import guywire.protocol.Outbox;
import guywire.tunnel.cipher.Engines;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A running WireGuard interface: a TUN, UDP sockets, and the threads between them. */
/*
 * PacketThreads carry packets: Outbound from the TUN to the peers, Inbound the other way. The control thread
 * (here) does everything else: handshakes, timers, staged packets. LinkMonitor sleeps until the
 * interface is set up or down or its MTU changes, RouteMonitor until routes or addresses do.
 *
 * The locking rule: every call of the Device is made with `lock` held, through locked(), but for what
 * Device names as lock-free, which is all that the two packet threads need from packet to packet.
 * Whoever changed the device reschedules the alarm before letting go of the lock. Nobody waits for
 * another thread with the lock held.
 */
final class Tunnel implements Surroundings, AutoCloseable {

  /** How long handshakes are worked on before timers are looked at. */
  private static final long TURN_NANOS = 3_000_000;

  /** How long the lock is held for it, unless the last message takes longer. */
  private static final long HOLD_NANOS = 50_000;

  private static final int BIND_ATTEMPTS = 100;
  private static final long BIND_PAUSE_NANOS = 2_000_000;

  private final TunnelNamespace home;
  private final Tun tun;
  private final Device device;
  private final Engines engines;
  private final Offloads offloads;
  private final Log log;
  private final Failures failures;
  private final Region memory = new Region();
  private final ReentrantLock lock = new ReentrantLock(true);
  private final ReentrantLock requests = new ReentrantLock(true);
  private final Wakeup stopped = new Wakeup();
  private final Wakeup socketsChanged = new Wakeup();
  private final Wakeup control = new Wakeup();
  private final Alarm alarm = new Alarm();
  private final SuspendWatch suspends = new SuspendWatch();
  private final HandshakeQueue handshakes = new HandshakeQueue(control);
  private final AtomicBoolean tickWanted = new AtomicBoolean();
  private final CountDownLatch finished = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();
  private final LockedOutbox outbox;
  private final LinkMonitor links;
  private final RouteMonitor routes;
  private final PacketThreads packets;

  private volatile Sockets sockets = Sockets.NONE;
  private int port;
  private int mark;
  private long scheduled = Device.NO_DEADLINE;

  /** A tunnel where this process is, over an open TUN. */
  Tunnel(Tun tun, Engines engines, Offloads offloads, Sharing sharing, Log log) {
    this(TunnelNamespace.OF_THIS_PROCESS, tun, engines, offloads, sharing, log);
  }

  /**
   * A tunnel over an open TUN, not yet started; it owns the TUN from now on.
   *
   * @param home where sockets are opened; the calling thread must be there
   */
  Tunnel(
      TunnelNamespace home, Tun tun, Engines engines, Offloads offloads, Sharing sharing, Log log) {
    this.home = home;
    this.tun = tun;
    this.engines = engines;
    this.offloads = offloads;
    this.log = log;
    failures = new Failures(log, Times.OF_THIS_MACHINE);
    // One that needs no compiling: handshakes are few, and a keepalive is 32 bytes.
    device =
        new Device(
            Engines.single(memory), DiffieHellman.TRACELESS, new SecureRandom(), Tunnel::wallClock);
    offloads.probe(tun);
    outbox = new LockedOutbox(this);
    links = new LinkMonitor(this);
    routes = new RouteMonitor(this);
    packets = new PacketThreads(this, sharing);
  }

  private static Instant wallClock() {
    long nanos = Clock.unixNanos();
    return Instant.ofEpochSecond(nanos / 1_000_000_000L, nanos % 1_000_000_000L);
  }

  /** Starts the threads. */
  void start() {
    links.start();
    routes.start();
    start("packets", packets::first);
    start("packets-out", packets::second);
    start("control", this::control);
  }

  private void start(String name, Runnable work) {
    Runnable guarded =
        () -> {
          try {
            work.run();
          } catch (RuntimeException | Error e) {
            log.error(name + " failed: " + e);
            if (log.isVerbose()) {
              e.printStackTrace();
            }
            finished.countDown();
          }
        };
    threads.add(Thread.ofPlatform().daemon().name(name).start(guarded));
  }

  private void control() {
    var poll = new Poll(alarm.fd(), control.fd(), stopped.fd(), suspends.fd());
    while (true) {
      // However many handshakes wait, after a turn of them everything else is looked at.
      if (handshakes.size() > 0) {
        poll.look();
      } else {
        poll.await();
      }
      if (poll.ready(2)) {
        return;
      }
      if (poll.ready(3) && suspends.clear()) {
        resumed();
      }
      if (poll.ready(1)) {
        control.clear();
      }
      if (poll.ready(0) || tickWanted.getAndSet(false)) {
        tick();
      }
      shakeHands();
    }
  }

  private void tick() {
    underLock(out -> {
      // It may be due once more: for nothing, then, at most once.
      alarm.clear();
      scheduled = Device.NO_DEADLINE;
      device.tick(Clock.bootNanos(), out);
    });
  }

  /** Works on what waits, for some milliseconds; in between others get the lock. */
  private void shakeHands() {
    long start = System.nanoTime();
    while (handshakes.size() > 0 && System.nanoTime() - start < TURN_NANOS) {
      underLock(out -> {
        receiveSome(out);
      });
    }
  }

  /** To be given the lock costs as much as to refuse a message: so several, if they are cheap. */
  private void receiveSome(Outbox out) {
    long start = System.nanoTime();
    HandshakeQueue.Waiting message = handshakes.poll();
    while (message != null) {
      device.receive(
          message.segment(),
          0,
          message.length(),
          message.path(),
          message.trafficClass(),
          handshakes.size(),
          Clock.bootNanos(),
          out);
      message = System.nanoTime() - start < HOLD_NANOS ? handshakes.poll() : null;
    }
  }

  /**
   * The machine has slept. As in the kernel no key outlives that: the first packet makes a session.
   */
  private void resumed() {
    log.verbose("resumed after a suspend: sessions begin anew");
    underLock(out -> {
      device.clearSessions();
    });
  }

  /** Does something with the device under its lock and schedules what follows. */
  @Override
  public <T extends @Nullable Object> T locked(Function<Outbox, T> work) {
    lock.lock();
    try {
      return work.apply(outbox);
    } finally {
      schedule();
      lock.unlock();
    }
  }

  private void schedule() {
    long next = device.nextDeadline();
    if (next < scheduled) {
      scheduled = next;
      alarm.set(next);
    }
  }

  /** Held by who applies a control request or reports; taken before the device's lock. */
  ReentrantLock requests() {
    return requests;
  }

  /** Has the control thread call the device's tick. */
  @Override
  public void tickSoon() {
    if (!tickWanted.getAndSet(true)) {
      control.signal();
    }
  }

  /** Sees for itself whether the interface is up. Under no lock. */
  @Override
  public void lookAtInterface() {
    links.look();
  }

  /** The interface was set up: opens the sockets. Under no lock. */
  void interfaceUp() {
    // The kernel frees a port only when no thread waits on its sockets any more: that of one which
    // was let go just now, because the interface was down, may be taken for some milliseconds yet.
    for (int attempt = 1; !up(attempt == BIND_ATTEMPTS); attempt++) {
      LockSupport.parkNanos(BIND_PAUSE_NANOS);
    }
  }

  /** Goes up; false if the port is taken and this is not the last attempt. */
  private boolean up(boolean last) {
    return locked(out -> {
      if (device.isUp()) {
        return true;
      }
      try {
        bind(port);
      } catch (LinuxException e) {
        if (e.errno() == Errno.EADDRINUSE && !last) {
          return false;
        }
        log.error("can't listen: " + e.getMessage());
      }
      device.up(Clock.bootNanos(), out);
      log.verbose("up, listening on port " + port);
      return true;
    });
  }

  /** The interface was set down: closes the sockets. */
  void interfaceDown() {
    underLock(out -> {
      if (device.isUp()) {
        device.down();
        replaceSockets(Sockets.NONE);
        log.verbose("down");
      }
    });
  }

  /** The interface has this MTU now. */
  void interfaceMtu(int bytes) {
    underLock(out -> {
      device.setMtu(bytes);
    });
  }

  /** Routes or addresses have changed: source addresses are chosen anew. */
  void routesChanged() {
    underLock(out -> {
      device.clearSources();
    });
  }

  /** The TUN can't be read any more: the interface was deleted. */
  @Override
  public void interfaceGone(int errno) {
    log.verbose("the interface is gone (errno " + errno + ")");
    finished.countDown();
  }

  /**
   * Listens on another port. Under the lock.
   *
   * @param wanted 0 for any free one
   * @throws LinuxException EADDRINUSE; then the old port stays
   */
  void setPort(int wanted) {
    if (device.isUp()) {
      if (wanted != port || wanted == 0 || sockets == Sockets.NONE) {
        bind(wanted);
      }
    } else {
      port = wanted;
    }
    device.clearSources();
  }

  private void bind(int wanted) {
    Sockets opened = home.open(() -> Sockets.open(wanted, mark, offloads, log));
    port = opened.port();
    replaceSockets(opened);
  }

  private void replaceSockets(Sockets next) {
    Sockets old = sockets;
    sockets = next;
    socketsChanged.signal();
    old.close();
  }

  /** The port that is or will be listened on, 0 if any. Under the lock. */
  int port() {
    return port;
  }

  /** Sets the firewall mark of what is sent. Under the lock. */
  void setMark(int value) {
    sockets.setMark(value);
    mark = value;
    device.clearSources();
  }

  /** The firewall mark. Under the lock. */
  int mark() {
    return mark;
  }

  @Override
  public Tun tun() {
    return tun;
  }

  @Override
  public Device device() {
    return device;
  }

  Sockets sockets() {
    return sockets;
  }

  @Override
  public int ownPort() {
    return sockets.port();
  }

  Engines engines() {
    return engines;
  }

  @Override
  public Engines.Choice engine(long carried) {
    engines.carried(carried);
    return engines.choice();
  }

  @Override
  public DatagramSender newSender() {
    return new SocketSender(this::sockets, memory);
  }

  @Override
  public Times times() {
    return Times.OF_THIS_MACHINE;
  }

  @Override
  public Region memory() {
    return memory;
  }

  @Override
  public Failures failures() {
    return failures;
  }

  @Override
  public Offloads offloads() {
    return offloads;
  }

  @Override
  public HandshakeQueue handshakes() {
    return handshakes;
  }

  @Override
  public Log log() {
    return log;
  }

  /** Signalled, and never cleared, when the tunnel ends. */
  Wakeup stopped() {
    return stopped;
  }

  /** Signalled when {@link #sockets} are others. */
  Wakeup socketsChanged() {
    return socketsChanged;
  }

  /** Asks whoever waits in {@link #awaitEnd} to end the tunnel. */
  void end() {
    finished.countDown();
  }

  /** Waits until the interface is deleted or somebody asks for the end. */
  void awaitEnd() throws InterruptedException {
    finished.await();
  }

  /** Stops the threads and deletes the interface. */
  @Override
  public void close() {
    end();
    links.close();
    routes.close();
    stopped.signal();
    boolean interrupted = false;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    interfaceDown();
    tun.close();
    packets.close();
    stopped.close();
    socketsChanged.close();
    control.close();
    alarm.close();
    suspends.close();
    memory.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
