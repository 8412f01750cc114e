package guywire.agent;

import guywire.linux.Link;
import guywire.linux.LinuxException;
import guywire.network.Destination;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Way;
import guywire.node.Machine;
import guywire.node.WireGuardDevice;
import guywire.node.WireGuardPeer;
import guywire.protocol.PublicKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which destinations have traffic, as the counters of their peers tell, and of their tunnels where
 * a peer can't be sent anything.
 *
 * <p>For one thread.
 */
/*
 * Handshakes, keepalives and the agents' own messages are no traffic: two agents that took each other's probes
 * for some would go on for ever. So would one to which a router or a hub says of each probe that it can't be
 * delivered: as many such errors as there are messages without an answer are no traffic either. A hub sends what
 * comes out of a tunnel back into it, and Linux, unless told otherwise (send_redirects), tells the sender besides
 * that there was a shorter way: as many of those are none either. Where several destinations lie behind one peer,
 * its traffic counts for all of those that are reached through it.
 *
 * Of packets to a peer that would have to call nothing is known but their tunnel (UnsentPackets). They could be for
 * any such peer of it: all are taken for busy, but a few at a time, so that one who asks for a phone that is off
 * does not have hundreds probed. Those probes go through other hubs too, which can't send them either: two hubs
 * that took each other's probes for traffic would have phones that are off probed for ever. So packets of which as
 * many came out of tunnels, from nodes whose agents look for ways themselves, count for a while and then not for a
 * minute: until then the probes have ended that they led to, here and at the hubs that those woke. A peer that calls
 * for the first time in that minute may be the one that is asked for, on another way than the one in use: that is
 * news, which no probe makes, and looked at once.
 */
final class Traffic {

  private static final int INITIATION_BYTES = 148;

  /** A handshake's longer message and a keepalive may come between two looks. */
  private static final long IDLE_BYTES = INITIATION_BYTES + 32;

  /** What is said of a message on its way: that it can't be delivered, and a redirect. */
  private static final int SAID_OF_ONE = 2;

  private static final int IPV4_HEADERS = 20 + 8;
  private static final int IPV6_HEADERS = 40 + 8;

  /** How long packets are taken for traffic that may be probes of other agents, in ns. */
  static final long BELIEF = 10_000_000_000L;

  /**
   * And how long they are not afterwards, in ns. An agent probes for 10 s ({@link
   * guywire.agent.choice.Timing#linger}) after it was woken last, and so wakes the next for 20 s
   * longer at most: this is enough for three that are woken one by the other.
   */
  static final long DISBELIEF = 60_000_000_000L;

  /** How many destinations whose peers would have to call are taken for busy by one look. */
  static final int MOST_UNSENT = 4;

  private record Key(InterfaceName tunnel, PublicKey peer) {}

  /** Bytes of a peer. */
  private record Bytes(long received, long sent) {}

  /**
   * Messages of agents.
   *
   * @param bytes their bytes, sealed
   * @param messages how many were sent
   * @param unpadded their bytes without what fills them up
   * @param errors the most bytes of what is said of them on the way, if nobody answers
   */
  private record Own(Bytes bytes, long messages, long unpadded, long errors) {

    private static final Own NONE = new Own(new Bytes(0, 0), 0, 0, 0);

    Own and(Own other) {
      return new Own(
          new Bytes(
              bytes.received() + other.bytes().received(), bytes.sent() + other.bytes().sent()),
          messages + other.messages(),
          unpadded + other.unpadded(),
          errors + other.errors());
    }
  }

  private final Machine machine;
  private final Map<Name, Destination> destinations;
  private final Set<InterfaceName> tunnels;
  private final Map<InterfaceName, String> packetsBefore = new HashMap<>();
  private final Map<Key, Bytes> before = new HashMap<>();
  private final Map<Key, Own> own = new HashMap<>();
  private final Map<Key, Long> errorsBefore = new HashMap<>();
  private final Map<InterfaceName, UnsentPackets.Counters> broughtBefore = new HashMap<>();
  private final UnsentPackets unsent = new UnsentPackets();
  private long believedFrom = -BELIEF - DISBELIEF;
  private long unbelievedAt = -DISBELIEF;
  private final Map<InterfaceName, Set<PublicKey>> muteBefore = new HashMap<>();
  private final Set<Name> askedFor = new HashSet<>();
  private final ReachedPeers peers;

  Traffic(Machine machine, List<Destination> destinations) {
    this.machine = machine;
    this.destinations =
        destinations.stream().collect(Collectors.toMap(Destination::node, each -> each));
    this.peers = new ReachedPeers(destinations);
    this.tunnels =
        destinations.stream()
            .flatMap(destination -> destination.ways().stream())
            .map(Way::tunnel)
            .collect(Collectors.toSet());
  }

  /** The length of a message with a packet of so many bytes, which is padded to 16. */
  private static int sealed(int bytes) {
    return Math.ceilDiv(bytes, 16) * 16 + UnsentPackets.SEALED_BYTES;
  }

  /** A message of ours goes to a destination. */
  void sent(InterfaceName tunnel, Name to, int payloadBytes) {
    count(tunnel, to, 0, 1, payloadBytes);
  }

  /** A message of another agent came. */
  void received(InterfaceName tunnel, Name from, int payloadBytes) {
    count(tunnel, from, 1, 0, payloadBytes);
  }

  private void count(InterfaceName tunnel, Name node, int received, int sent, int payloadBytes) {
    var peer = peers.of(tunnel, node);
    var destination = destinations.get(node);
    if (peer.isPresent() && destination != null) {
      int headers = destination.address().isIpv4() ? IPV4_HEADERS : IPV6_HEADERS;
      int bytes = headers + payloadBytes;
      own.merge(
          new Key(tunnel, peer.get()),
          new Own(
              new Bytes((long) received * sealed(bytes), (long) sent * sealed(bytes)),
              sent,
              (long) sent * (bytes + UnsentPackets.SEALED_BYTES),
              // Each is headers, and the packet that it is about (RFC 792, RFC 4443).
              (long) (sent - received) * SAID_OF_ONE * sealed(headers + bytes)),
          Own::and);
    }
  }

  /**
   * Which of them have had traffic since the last look.
   *
   * @param used the tunnels by which they are reached now
   * @param links the interfaces
   * @param now the time on a clock that never jumps, in ns
   */
  Set<Name> look(Map<Name, InterfaceName> used, Map<String, Link> links, long now) {
    var moved = new HashSet<Key>();
    var mute = new HashSet<Key>();
    var called = new HashSet<Key>();
    var packets = packets();
    var brought = brought(packets);
    for (var tunnel : tunnels) {
      // A call moves no counter of the interface.
      boolean mayBeCalled =
          isAskedInVain(now) && !muteBefore.getOrDefault(tunnel, Set.of()).isEmpty();
      if (!mayHaveMoved(tunnel, links, packets) && !mayBeCalled) {
        continue;
      }
      read(tunnel)
          .ifPresent(device -> {
            peers.learn(tunnel, device);
            for (var peer : device.peers()) {
              if (moved(new Key(tunnel, peer.key()), peer)) {
                moved.add(new Key(tunnel, peer.key()));
              }
            }
            mute.addAll(unsent(tunnel, device, links, packets, brought, now));
            called.addAll(called(tunnel, device));
          });
    }
    own.clear();
    var busy = through(moved, used);
    busy.addAll(someOf(through(mute, used)));
    if (isAskedInVain(now)) {
      behind(called).limit(MOST_UNSENT).forEach(busy::add);
    }
    return busy;
  }

  /** Whether there were packets lately that nobody could be sent, and were not believed. */
  private boolean isAskedInVain(long now) {
    return now - unbelievedAt < DISBELIEF;
  }

  /** The peers that can be sent something, and could not be at the last look. */
  private Set<Key> called(InterfaceName tunnel, WireGuardDevice device) {
    var mute = new HashSet<PublicKey>();
    var called = new HashSet<Key>();
    var before = muteBefore.getOrDefault(tunnel, Set.of());
    for (var peer : device.peers()) {
      if (UnsentPackets.mustCall(peer)) {
        mute.add(peer.key());
      } else if (before.contains(peer.key())) {
        called.add(new Key(tunnel, peer.key()));
      }
    }
    muteBefore.put(tunnel, mute);
    return called;
  }

  /** The destinations to which one of these peers is a way, used or not. */
  private Stream<Name> behind(Set<Key> keys) {
    return destinations.keySet().stream()
        .filter(node ->
            keys.stream()
                .anyMatch(key -> peers.of(key.tunnel(), node).equals(Optional.of(key.peer()))));
  }

  /** The destinations that are reached through one of these peers. */
  private Set<Name> through(Set<Key> keys, Map<Name, InterfaceName> used) {
    var through = new HashSet<Name>();
    used.forEach((node, tunnel) -> {
      if (peers.of(tunnel, node).filter(peer -> keys.contains(new Key(tunnel, peer))).isPresent()) {
        through.add(node);
      }
    });
    return through;
  }

  /** The peers for which packets may have been that could not be sent since the last look. */
  private Set<Key> unsent(
      InterfaceName tunnel,
      WireGuardDevice device,
      Map<String, Link> links,
      Map<String, String> packets,
      UnsentPackets.Brought brought,
      long now) {
    var link = links.get(tunnel.text());
    var line = packets.get(tunnel.text());
    if (link == null || line == null) {
      return Set.of();
    }
    var mute =
        device.peers().stream()
            .filter(UnsentPackets::mustCall)
            .map(peer -> new Key(tunnel, peer.key()))
            .collect(Collectors.toSet());
    var ours = mute.stream().map(key -> own.getOrDefault(key, Own.NONE)).reduce(Own.NONE, Own::and);
    var found =
        unsent.look(
            tunnel,
            UnsentPackets.Counters.of(line),
            device,
            isTun(link),
            ours.messages(),
            ours.unpadded(),
            brought);
    return switch (found) {
      case NOTHING -> Set.of();
      case TRAFFIC -> mute;
      case PERHAPS_PROBES -> {
        if (now - believedFrom >= BELIEF + DISBELIEF) {
          believedFrom = now;
        }
        boolean believed = now - believedFrom < BELIEF;
        if (!believed) {
          unbelievedAt = now;
        }
        yield believed ? mute : Set.of();
      }
    };
  }

  /** What came out of tunnels since the last look. */
  private UnsentPackets.Brought brought(Map<String, String> packets) {
    var sum = UnsentPackets.Brought.NONE;
    for (var tunnel : tunnels) {
      var now = UnsentPackets.Counters.of(packets.getOrDefault(tunnel.text(), ""));
      var last = broughtBefore.put(tunnel, now);
      if (last != null) {
        sum = sum.and(UnsentPackets.Brought.between(last, now));
      }
    }
    return sum;
  }

  /** Some of them: those that were not among the last ones. */
  private Set<Name> someOf(Set<Name> nodes) {
    // A look at which nothing was unsent is no turn.
    if (!nodes.isEmpty() && askedFor.containsAll(nodes)) {
      askedFor.clear();
    }
    var some =
        nodes.stream()
            .filter(node -> !askedFor.contains(node))
            .limit(MOST_UNSENT)
            .collect(Collectors.toSet());
    askedFor.addAll(some);
    return some;
  }

  private static boolean isTun(Link link) {
    return link.kind().equals("tun");
  }

  /**
   * Whether it is worth asking a tunnel for its peers' counters. To ask a program wakes it and us:
   * the kernel, which has its interface's, is asked first. Its own WireGuard answers at once.
   */
  private boolean mayHaveMoved(
      InterfaceName tunnel, Map<String, Link> links, Map<String, String> packets) {
    var link = links.get(tunnel.text());
    var now = packets.getOrDefault(tunnel.text(), "");
    boolean same = now.equals(packetsBefore.put(tunnel, now));
    return !(same && link != null && isTun(link));
  }

  /** The counters of all interfaces of this thread's network, as text. */
  private static Map<String, String> packets() {
    try (var lines = Files.lines(Path.of("/proc/thread-self/net/dev"))) {
      return lines
          .map(line -> line.strip().split(":", 2))
          .filter(words -> words.length == 2)
          .collect(Collectors.toMap(words -> words[0], words -> words[1], (one, _) -> one));
    } catch (IOException | UncheckedIOException e) {
      return Map.of();
    }
  }

  private Optional<WireGuardDevice> read(InterfaceName tunnel) {
    try {
      return Optional.of(WireGuardDevice.read(machine, tunnel));
    } catch (UncheckedIOException | LinuxException e) {
      // It is away just now.
      return Optional.empty();
    }
  }

  /** Whether more went or came than an idle tunnel's own messages. */
  private boolean moved(Key key, WireGuardPeer peer) {
    var now = new Bytes(peer.receivedBytes(), peer.sentBytes());
    var last = before.put(key, now);
    var messages = own.getOrDefault(key, Own.NONE);
    var ours = messages.bytes();
    long received = last == null ? 0 : now.received() - last.received() - ours.received();
    long errors = Math.max(0, messages.errors());
    long awaited = errors + errorsBefore.getOrDefault(key, 0L);
    // What was sent just before this look is answered after it.
    errorsBefore.put(key, Math.min(errors, Math.max(0, awaited - Math.max(0, received))));
    // Counters that begin anew are those of a new interface.
    return last != null
        && (received - awaited > IDLE_BYTES
            || now.sent() - last.sent() - ours.sent() > IDLE_BYTES
            || isCalling(now, last));
  }

  /**
   * Whether a handshake was begun and nothing came: somebody has something to send, and on a dead
   * way that is all that is seen of it.
   */
  private static boolean isCalling(Bytes now, Bytes last) {
    return now.sent() - last.sent() >= INITIATION_BYTES && now.received() <= last.received();
  }
}
