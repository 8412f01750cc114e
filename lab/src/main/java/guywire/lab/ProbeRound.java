package guywire.lab;

import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls that are made together, or machine by machine: then those of one start when those of the
 * one before have been answered, or have had their chance. Two WireGuard peers that call each other
 * in the same instant each take the other's call for more recent than their own, find no answer to
 * either, and try again only after 5 s.
 */
final class ProbeRound {

  /** How long the next machine waits for the one before to be answered. */
  private static final long TURN_MILLIS = 400;

  /** How long all turns may take together. */
  private static final long ALL_TURNS_MILLIS = 5_000;

  private final boolean inTurn;
  private final Map<LabMachine, List<Runnable>> calls = new LinkedHashMap<>();

  /**
   * An empty round.
   *
   * @param inTurn whether one machine starts after the other, as it must while tunnels open
   */
  ProbeRound(boolean inTurn) {
    this.inTurn = inTurn;
  }

  /** Adds a call that a machine makes. */
  void add(LabMachine from, Runnable call) {
    calls.computeIfAbsent(from, _ -> new ArrayList<>()).add(call);
  }

  /** Makes calls, no more at once than the machine has processors for, and waits for all. */
  static void few(List<Runnable> calls, Text what, LabListener listener) {
    if (calls.isEmpty()) {
      return;
    }
    var done = new AtomicInteger();
    listener.progress(what, 0, calls.size());
    var places = new Semaphore(2 * Runtime.getRuntime().availableProcessors());
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Runnable call : calls) {
        places.acquire();
        executor.execute(() -> {
          try {
            call.run();
          } finally {
            places.release();
          }
          synchronized (done) {
            listener.progress(what, done.incrementAndGet(), calls.size());
          }
        });
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Makes all calls and waits until they have ended. */
  void run(Text what, LabListener listener) {
    int count = calls.values().stream().mapToInt(List::size).sum();
    var done = new AtomicInteger();
    listener.progress(what, 0, count);
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (List<Runnable> turn : calls.values()) {
        var answered = new CountDownLatch(turn.size());
        for (Runnable call : turn) {
          executor.execute(() -> {
            call.run();
            answered.countDown();
            synchronized (done) {
              listener.progress(what, done.incrementAndGet(), count);
            }
          });
        }
        if (!inTurn) {
          continue;
        }
        long patience = Math.min(TURN_MILLIS, ALL_TURNS_MILLIS / calls.size());
        if (!answered.await(patience, TimeUnit.MILLISECONDS)) {
          listener.progress(what, done.get(), count);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
