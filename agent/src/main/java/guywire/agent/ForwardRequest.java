package guywire.agent;

import guywire.network.Agents;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** Asks a gateway's agent about forwarding, from the machine whose connections are meant. */
public final class ForwardRequest {

  private static final int AGAIN_MILLIS = 300;

  private ForwardRequest() {}

  /**
   * Asks until there is an answer.
   *
   * @param channel a socket of the machine that asks, which is closed afterwards
   * @param gateway the gateway's tunnel address
   * @param patience for how long; the tunnel may have to open first
   * @return the answer; empty if none came
   */
  public static Optional<ForwardMessage> ask(
      DatagramChannel channel, InetAddress gateway, ForwardMessage question, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    byte[] out = question.bytes();
    try (channel) {
      channel.connect(new InetSocketAddress(gateway, Agents.FORWARD_PORT));
      var socket = channel.socket();
      do {
        try {
          socket.send(new DatagramPacket(out, out.length));
          socket.setSoTimeout(AGAIN_MILLIS);
          var in = new DatagramPacket(new byte[ForwardMessage.BYTES + 1], ForwardMessage.BYTES + 1);
          socket.receive(in);
          var answer =
              ForwardMessage.read(Arrays.copyOf(in.getData(), in.getLength()))
                  .filter(said -> said.reply().isPresent() && said.number() == question.number());
          if (answer.isPresent()) {
            return answer;
          }
        } catch (SocketTimeoutException e) {
          // It may be lost, or the tunnel is only opening.
        } catch (IOException e) {
          // Nobody is there, or no way is: perhaps a little later.
          pause();
        }
      } while (System.nanoTime() - end < 0 && !Thread.currentThread().isInterrupted());
    } catch (IOException e) {
      // No way leads there.
    }
    return Optional.empty();
  }

  private static void pause() {
    try {
      Thread.sleep(AGAIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
