package guywire.tunnel;

import guywire.linux.Namespace;
import java.util.function.Supplier;

/**
 * The network namespace that a tunnel is made in: its interface, its UDP sockets, and what tells of
 * both, belong to the one of the thread that opens them, for good.
 */
interface TunnelNamespace {

  /** Where this process is; every thread of it opens things there. */
  TunnelNamespace OF_THIS_PROCESS =
      new TunnelNamespace() {
        @Override
        public <T> T open(Supplier<T> opening) {
          return opening.get();
        }
      };

  /** Where another process is. */
  static TunnelNamespace of(Namespace namespace) {
    return new TunnelNamespace() {
      @Override
      public <T> T open(Supplier<T> opening) {
        return namespace.call(opening::get);
      }
    };
  }

  /** Opens something there. */
  <T> T open(Supplier<T> opening);
}
