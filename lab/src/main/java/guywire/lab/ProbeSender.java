package guywire.lab;

import guywire.address.IpAddress;
import guywire.network.Transport;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;

/** Carries out attempts: sends, waits, and sends again until an answer or the deadline. */
final class ProbeSender {

  /** The kernel repeats a SYN after 1 s; a little later a new try is better. */
  private static final int CONNECT_MILLIS = 1200;

  private static final int ANSWER_MILLIS = 300;
  private static final int FIRST_ECHO_MILLIS = 60;
  private static final int LONGEST_ECHO_MILLIS = 500;
  private static final int REFUSED_PAUSE_MILLIS = 150;
  private static final int DNS_PORT = 53;

  private final ProbeListener probes;
  private final long mark;
  private final Consumer<Attempt> renewal;

  /**
   * A sender.
   *
   * @param renewal gives an attempt another key: the far end, and what is on the way, may still
   *     have half a connection of the port that was tried in vain, and answer a new one by that
   */
  ProbeSender(ProbeListener probes, long mark, Consumer<Attempt> renewal) {
    this.probes = probes;
    this.mark = mark;
    this.renewal = renewal;
  }

  /**
   * Tries until the reply comes or the time is over.
   *
   * @param foreignService whether something that is not ours listens at the other end
   */
  void call(Attempt attempt, long untilNanos, boolean foreignService) {
    switch (attempt.transport()) {
      case ICMP -> echo(attempt, untilNanos);
      case TCP -> {
        while (!connected(attempt, untilNanos, foreignService) && isBefore(untilNanos)) {
          attempt.awaitReply(Math.min(untilNanos, in(REFUSED_PAUSE_MILLIS)));
        }
      }
      case UDP -> {
        while (!answered(attempt, untilNanos, foreignService) && isBefore(untilNanos)) {
          attempt.awaitReply(Math.min(untilNanos, in(REFUSED_PAUSE_MILLIS)));
        }
      }
    }
  }

  private static boolean isBefore(long untilNanos) {
    return System.nanoTime() - untilNanos < 0;
  }

  private static long in(long millis) {
    return System.nanoTime() + millis * 1_000_000;
  }

  /** Milliseconds left, at most so many and at least one. */
  private static int left(long untilNanos, int most) {
    return (int) Math.clamp((untilNanos - System.nanoTime()) / 1_000_000, 1, most);
  }

  private void echo(Attempt attempt, long untilNanos) {
    int pause = FIRST_ECHO_MILLIS;
    int sequence = 0;
    do {
      attempt.sent(System.nanoTime());
      if (probes.echo(attempt.from(), attempt.target(), attempt.key(), sequence++)) {
        attempt.left();
      }
      if (attempt.awaitReply(Math.min(untilNanos, in(pause)))) {
        return;
      }
      pause = Math.min(LONGEST_ECHO_MILLIS, pause * 2);
    } while (isBefore(untilNanos));
  }

  /** A TCP connection whose source port is the attempt's key. */
  static SocketChannel open(LabMachine from, IpAddress target, int port, int key, int millis)
      throws IOException {
    SocketChannel channel = bound(from, target, key);
    try {
      channel.socket().connect(SocketAddresses.of(target, port), millis);
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Whether the sender's kernel knows a way there; nothing is sent by asking. */
  private static boolean hasWay(LabMachine from, IpAddress target, int port) {
    try (DatagramChannel channel =
        from.namespace().call(() -> DatagramChannel.open(Responder.family(target)))) {
      channel.connect(SocketAddresses.of(target, port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static SocketChannel bound(LabMachine from, IpAddress target, int key)
      throws IOException {
    SocketChannel channel =
        from.namespace().call(() -> SocketChannel.open(Responder.family(target)));
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      // Closed by a reset, so that the same port can be used again at once.
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      channel.bind(new InetSocketAddress(SocketAddresses.of(target.family().any()), key));
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private boolean connected(Attempt attempt, long untilNanos, boolean foreignService) {
    attempt.sent(System.nanoTime());
    try (SocketChannel channel = bound(attempt.from(), attempt.target(), attempt.key())) {
      if (hasWay(attempt.from(), attempt.target(), attempt.port())) {
        attempt.left();
      }
      channel
          .socket()
          .connect(
              SocketAddresses.of(attempt.target(), attempt.port()),
              left(untilNanos, CONNECT_MILLIS));
      if (!foreignService) {
        channel.socket().setSoTimeout(CONNECT_MILLIS);
        Optional<IpAddress> told = readLine(channel);
        if (told.isEmpty()) {
          return false;
        }
        attempt.told(told.get());
      }
      attempt.replied(System.nanoTime());
      return true;
    } catch (SocketTimeoutException e) {
      renewal.accept(attempt);
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  private static Optional<IpAddress> readLine(SocketChannel channel) throws IOException {
    var in = channel.socket().getInputStream();
    var line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    return Responder.addressIn(line.toString());
  }

  private boolean answered(Attempt attempt, long untilNanos, boolean foreignService) {
    attempt.sent(System.nanoTime());
    try (DatagramChannel channel =
        attempt
            .from()
            .namespace()
            .call(() -> DatagramChannel.open(Responder.family(attempt.target())))) {
      channel.bind(
          new InetSocketAddress(
              SocketAddresses.of(attempt.target().family().any()), attempt.key()));
      channel.connect(SocketAddresses.of(attempt.target(), attempt.port()));
      boolean dns = foreignService && attempt.port() == DNS_PORT;
      byte[] out =
          dns
              ? DnsMessage.question(attempt.key(), "guywire.test", DnsMessage.A)
              : SeenPacket.stamp(mark, attempt.key());
      channel.socket().send(new DatagramPacket(out, out.length));
      attempt.left();
      var in = new DatagramPacket(new byte[2048], 2048);
      channel.socket().setSoTimeout(left(untilNanos, ANSWER_MILLIS));
      channel.socket().receive(in);
      if (!dns) {
        Responder.addressIn(new String(in.getData(), 0, in.getLength(), StandardCharsets.US_ASCII))
            .ifPresent(attempt::told);
      }
      attempt.replied(System.nanoTime());
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether a transport needs something that listens. */
  static boolean needsService(Transport transport) {
    return transport != Transport.ICMP;
  }
}
