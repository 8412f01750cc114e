package guywire.control.change;

import guywire.control.store.StoredNetwork;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Tells who listens of each change after it was kept. Safe for use by several threads. */
public final class ChangeFeed {

  private final List<Consumer<StoredNetwork>> listeners = new CopyOnWriteArrayList<>();

  /** Something to be ended. */
  @FunctionalInterface
  public interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  /** Calls a listener with the network as it is after each change; it must return at once. */
  public Subscription subscribe(Consumer<StoredNetwork> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  void tell(StoredNetwork network) {
    listeners.forEach(listener -> listener.accept(network));
  }
}
