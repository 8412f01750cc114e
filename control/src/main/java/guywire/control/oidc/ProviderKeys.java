package guywire.control.oidc;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The keys of an identity provider, kept for a while. A token by a key that is not known has them
 * asked for anew, but seldom: whoever makes such tokens can't have the provider asked again and
 * again. Safe for use by several threads.
 */
final class ProviderKeys implements JWKSource<SecurityContext> {

  private static final Duration FRESH = Duration.ofHours(1);
  private static final Duration PAUSE = Duration.ofSeconds(30);

  private final ProviderClient client;
  private final URI place;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private Optional<JWKSet> keys = Optional.empty();
  private Instant asked = Instant.MIN;

  ProviderKeys(ProviderClient client, URI place, Clock clock) {
    this.client = client;
    this.place = place;
    this.clock = clock;
  }

  /** Where they are asked for. */
  URI place() {
    return place;
  }

  @Override
  public List<JWK> get(JWKSelector selector, @Nullable SecurityContext none)
      throws KeySourceException {
    lock.lock();
    try {
      if (isOlderThan(FRESH)) {
        ask();
      }
      var found = found(selector);
      if (found.isEmpty() && isOlderThan(PAUSE)) {
        ask();
        found = found(selector);
      }
      return found;
    } catch (OidcRefusal e) {
      throw new KeySourceException(e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  private boolean isOlderThan(Duration age) {
    return keys.isEmpty() || !clock.instant().isBefore(asked.plus(age));
  }

  private List<JWK> found(JWKSelector selector) {
    return keys.map(selector::select).orElse(List.of());
  }

  private void ask() throws OidcRefusal {
    try {
      keys = Optional.of(JWKSet.parse(client.get(place, Optional.empty()).toString()));
      asked = clock.instant();
    } catch (ParseException | IllegalArgumentException e) {
      throw OidcRefusal.away("its keys can't be read");
    }
  }
}
