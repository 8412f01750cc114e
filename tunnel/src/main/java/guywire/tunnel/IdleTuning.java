package guywire.tunnel;

import guywire.linux.Footprint;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What a tunnel does once it has started, so that it costs little while it has nothing to do. */
/*
 * Starting needs memory that nothing needs afterwards, the compilers' above all; glibc keeps it. And three
 * threads of the JVM wake up every five seconds to look whether there is something to do, which no option
 * turns off: their time-outs may be late, they are told of real work at once. (Not so the VM thread,
 * which waits with time-outs for others to stop.)
 */
final class IdleTuning {

  private static final Set<String> RESTLESS =
      Set.of("VM Periodic Tas", "C1 CompilerThre", "C2 CompilerThre");

  private static final long MAY_BE_LATE_NANOS = TimeUnit.HOURS.toNanos(1);

  /** The first compilations are over; then the JVM has let go of the memory it kept for more. */
  private static final int[] PAUSES_MILLIS = {700, 6000};

  private IdleTuning() {}

  /** Begins, in a thread that ends by itself some seconds later. */
  static void begin() {
    Thread.ofPlatform().daemon().name("settling").start(IdleTuning::settle);
  }

  private static void settle() {
    try {
      for (int pause : PAUSES_MILLIS) {
        TimeUnit.MILLISECONDS.sleep(pause);
        Footprint.trimNativeHeap();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Footprint.delayTimeouts(RESTLESS, MAY_BE_LATE_NANOS);
  }
}
