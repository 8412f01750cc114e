package guywire.agent;

import guywire.linux.Alarm;
import guywire.linux.NetworkChanges;
import guywire.linux.NetworkChanges.Change;
import guywire.linux.Poll;
import guywire.linux.Wakeup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * A thread that hears and sends messages inside the tunnels: it waits for messages, for interfaces
 * and addresses to change, for what others have it do, and for the time.
 *
 * <p>One thread makes and begins it, in the network namespace of the node; any may have it do
 * something, and end it.
 */
final class TunnelLoop {

  /** Where the sockets of tunnels begin among what is waited for. */
  private static final int FIRST_PORT = 3;

  /** What the thread does; nobody else calls it, once it has begun. */
  interface TunnelWork {
    /** The sockets by which messages come. */
    ProbePorts ports();

    /** When to go on, if nothing happens before. */
    long deadline();

    /** Interfaces or addresses changed. */
    void changed(List<Change> changes);

    /** A message came. */
    void heard(ProbePorts.Opened port, byte[] bytes, InetSocketAddress from);

    /** Does what is due, after all that came was told. */
    void advance();
  }

  private final TunnelWork work;
  private final NetworkChanges changes = NetworkChanges.ofLinksAndAddresses();
  private final Alarm alarm = new Alarm();
  private final Wakeup call = new Wakeup();
  private final Errands errands = new Errands(call::signal);
  private final Thread thread;
  private boolean ended;

  /** Hears of all changes from now on, but does nothing until it begins. */
  TunnelLoop(String name, TunnelWork work) {
    this.work = work;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  void begin() {
    thread.start();
  }

  private void run() {
    var poll = poll();
    while (!ended) {
      alarm.set(work.deadline());
      poll.await();
      alarm.clear();
      boolean changed = poll.ready(1);
      boolean called = poll.ready(2);
      if (changed) {
        work.changed(changes.poll(Duration.ZERO));
      }
      if (called) {
        call.clear();
        errands.advance();
      }
      if (changed || called) {
        poll = poll();
      }
      receive();
      work.advance();
    }
  }

  private Poll poll() {
    var ports = work.ports().all();
    int[] fds = new int[FIRST_PORT + ports.size()];
    fds[0] = alarm.fd();
    fds[1] = changes.fd();
    fds[2] = call.fd();
    for (int i = 0; i < ports.size(); i++) {
      fds[FIRST_PORT + i] = ports.get(i).port().fd();
    }
    return new Poll(fds);
  }

  private void receive() {
    for (var each : work.ports().all()) {
      for (var datagram = each.port().receive();
          datagram.isPresent();
          datagram = each.port().receive()) {
        work.heard(each, datagram.get().bytes(), datagram.get().from());
      }
    }
  }

  /** What others have the thread do. */
  Errands errands() {
    return errands;
  }

  /**
   * Ends the thread and lets go of what it waits for; returns when it has.
   *
   * @param last what it does before, if it has begun
   */
  void end(Runnable last) {
    boolean interrupted = false;
    if (thread.isAlive()) {
      errands.call(() -> {
        last.run();
        ended = true;
      });
    }
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    changes.close();
    alarm.close();
    call.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
