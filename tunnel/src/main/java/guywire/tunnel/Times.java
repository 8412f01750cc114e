package guywire.tunnel;

import guywire.linux.Clock;

/** The clocks of the packets' ways, in nanoseconds. */
interface Times {

  /** Those of this machine. */
  Times OF_THIS_MACHINE =
      new Times() {
        @Override
        public long bootNanos() {
          return Clock.bootNanos();
        }

        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public long unixNanos() {
          return Clock.unixNanos();
        }

        @Override
        public long threadNanos() {
          return Clock.threadNanos();
        }
      };

  /** Since the machine started, sleep included: the protocol's time. */
  long bootNanos();

  /** From any beginning, for waiting times. */
  long nanos();

  /** Since 1970, as the kernel stamps datagrams. */
  long unixNanos();

  /** That the calling thread has worked in its life. */
  long threadNanos();
}
