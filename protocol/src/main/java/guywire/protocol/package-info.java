/**
 * WireGuard itself: keys, handshake, cookies, replay window, timers and allowed IPs, as a state
 * machine without I/O, threads, clocks or randomness of its own.
 *
 * <p>{@link guywire.protocol.Device} is the door: datagrams, packets and points in time go in, and
 * datagrams, packets ({@link guywire.protocol.Outbox}) and the next deadline come out. Everything
 * happens under one lock of the caller's, except the steps that a data plane takes for every batch:
 * {@link guywire.protocol.AllowedIps} and {@link guywire.protocol.IndexTable} are read, {@link
 * guywire.protocol.Keypair} hands out counters and keys, and {@link guywire.protocol.Peer} is told
 * what was sent and received. The one-packet calls of the device are made of the same steps.
 *
 * <p>Inside, {@code Negotiation} sends and receives handshakes ({@code Handshake}, {@code
 * SymmetricState}) behind their guard ({@code CookieChecker}), {@code DataMessages} sends and
 * receives data, and {@code Agenda} knows which peer's {@code PeerTimers} are due when.
 */
@NullMarked
package guywire.protocol;

import org.jspecify.annotations.NullMarked;
