package guywire.agent.managed;

import guywire.guard.PlainText;
import guywire.network.InterfaceName;
import guywire.network.json.NodeDocument;
import guywire.network.managed.SpareKeys.SpareKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Makes the keys of the tunnels that a server plans for this host beside its usual one, and tells
 * the server their public halves, for as long as one connection stands.
 *
 * <p>For one thread.
 */
/*
 * A server plans such a tunnel before it knows its key, and names one in its place that nobody has. So a
 * document that names a key of a tunnel which this host has not is no reason to do without the tunnel: the
 * host tells the key that it has, and the server's next document names that. Documents that were on their way
 * meanwhile are passed over, so that ways in use are not taken down for a moment. Only where the server does
 * not take a key is a document followed as far as it goes (Accepted), without all of these tunnels; such a key
 * is told again on the next connection and not before, so a server that refuses costs a message and no loop.
 *
 * When the host's own key was changed (HostKeys), these follow in the same way: a document that names the former
 * of two keys is answered with the newest, and followed with the former where that is not taken. The former goes
 * when the document that the host keeps to names the newest.
 */
final class SpareTelling {

  /** Where keys are told. */
  @FunctionalInterface
  interface Hearer {
    void tell(HostKeys keys, List<SpareKey> told) throws ServerAway;
  }

  /** So long a document with keys that the server took may be on its way. */
  private static final long ON_ITS_WAY_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Home home;
  private final Trial trial;
  private final Hearer server;
  private final LongSupplier nanos;

  /** The planned keys for which the server took others, and when. */
  private final Map<PublicKey, Long> taken = new HashMap<>();

  /** Those for which it took none. */
  private final Set<PublicKey> refused = new HashSet<>();

  /**
   * Begins, as a connection begins.
   *
   * @param nanos a clock that goes on by itself
   */
  SpareTelling(Home home, Trial trial, Hearer server, LongSupplier nanos) {
    this.home = home;
    this.trial = trial;
    this.server = server;
    this.nanos = nanos;
  }

  /**
   * Tells the keys of the tunnels of a document that names others than this host's newest.
   *
   * @return whether the server took them: then there is a newer document, with them
   * @throws ServerAway if the server did not answer
   */
  boolean tell(NodeDocument document) throws ServerAway, IOException {
    var secrets = home.keys().spares();
    var lacking = new LinkedHashMap<PublicKey, InterfaceName>();
    for (var tunnel : document.config().interfaces()) {
      if (tunnel.table().isSpare()) {
        var newest = secrets.of(tunnel.name()).map(PrivateKey::publicKey);
        tunnel
            .publicKey()
            .filter(planned -> !newest.equals(Optional.of(planned)))
            .ifPresent(planned -> lacking.put(planned, tunnel.name()));
      }
    }
    if (lacking.isEmpty()) {
      // A tunnel that goes and comes again is planned by the same key.
      taken.clear();
      refused.clear();
      return false;
    }
    if (lacking.keySet().stream().anyMatch(refused::contains)) {
      return false;
    }
    lacking.keySet().removeIf(this::isOnItsWay);
    return lacking.isEmpty() || tell(lacking);
  }

  /** Forgets former keys, now that the host keeps to this document. */
  void settle(NodeDocument document) throws IOException {
    var had =
        document.config().interfaces().stream()
            .flatMap(tunnel -> tunnel.publicKey().stream())
            .toList();
    trial.know(home.keysSettled(had).ring());
  }

  private boolean isOnItsWay(PublicKey planned) {
    return Optional.ofNullable(taken.get(planned))
        .filter(at -> nanos.getAsLong() - at < ON_ITS_WAY_NANOS)
        .isPresent();
  }

  private boolean tell(Map<PublicKey, InterfaceName> lacking) throws ServerAway, IOException {
    var keys = home.keysWithSpares(lacking.values());
    trial.know(keys.ring());
    var told = new ArrayList<SpareKey>();
    lacking.forEach((planned, tunnel) -> told.add(new SpareKey(planned, publicKey(keys, tunnel))));
    try {
      server.tell(keys, told);
      lacking.keySet().forEach(planned -> taken.put(planned, nanos.getAsLong()));
      return true;
    } catch (ServerAway e) {
      // What it refuses it would refuse again; anything else is tried on the next connection.
      if (e.status() == 0 || e.status() >= 500) {
        throw e;
      }
      System.err.println(PlainText.line(e.text().toString()));
      refused.addAll(lacking.keySet());
      return false;
    }
  }

  private static PublicKey publicKey(HostKeys keys, InterfaceName tunnel) {
    return keys.spares().of(tunnel).map(PrivateKey::publicKey).orElseThrow();
  }
}
