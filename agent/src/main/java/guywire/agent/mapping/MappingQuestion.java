package guywire.agent.mapping;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * A port asked of a router by one protocol, until that is answered or given up. All times are
 * nanoseconds of a clock that never goes back.
 *
 * <p>For one thread.
 */
sealed interface MappingQuestion permits PcpQuestion, PmpQuestion, UpnpQuestion {

  /** For how many seconds a port is asked. */
  int LIFETIME_SECONDS = 3600;

  /** By what it is asked. */
  MappingProtocol protocol();

  /** When to go on, if nothing happens before. */
  long nextAt();

  /** Does what is due now, and says how it ended if it did. */
  Optional<MappingAnswer> advance(long now, Consumer<RouterDeed> deeds);
}
