package guywire.protocol;

import java.util.Optional;

/** Two stations that know each other, with one clock, and a wire between them worked by hand. */
final class Pair {

  final Station alice = Station.real(1);
  final Station bob = Station.real(2);
  final Peer bobAtAlice;
  final Peer aliceAtBob;

  Pair() {
    bobAtAlice = alice.meet(bob.publicKey(), Optional.of(bob.endpoint), "10.0.0.2/32");
    aliceAtBob = bob.meet(alice.publicKey(), Optional.of(alice.endpoint), "10.0.0.1/32");
    alice.up();
    bob.up();
  }

  /** A pair with a session that Alice began, at rest: no timer of theirs but the keys' end. */
  static Pair withSession() {
    var pair = new Pair();
    Device device = pair.alice.device;
    device.setPersistentKeepalive(pair.bobAtAlice, 25, pair.alice.now, pair.alice);
    device.setPersistentKeepalive(pair.bobAtAlice, 0, pair.alice.now, pair.alice);
    pair.exchange();
    return pair;
  }

  static byte[] toBob() {
    return Station.packet(Station.inner(1), Station.inner(2), 40, 1);
  }

  static byte[] toAlice() {
    return Station.packet(Station.inner(2), Station.inner(1), 40, 1);
  }

  /** Carries everything both ways until nothing more is sent. */
  void exchange() {
    while (!alice.sent.isEmpty() || !bob.sent.isEmpty()) {
      if (!alice.sent.isEmpty()) {
        bob.receive(alice.next(), alice.endpoint);
      }
      if (!bob.sent.isEmpty()) {
        alice.receive(bob.next(), bob.endpoint);
      }
    }
  }

  /** Moves both clocks, delivering nothing. */
  void advance(long nanos) {
    alice.advance(nanos);
    bob.advance(nanos);
  }
}
