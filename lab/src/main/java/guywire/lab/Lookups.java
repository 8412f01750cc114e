package guywire.lab;

import guywire.address.IpAddress;
import guywire.network.Lookup;
import java.io.IOException;
import java.net.DatagramPacket;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Looks names up as a machine's own resolver would: at the servers of its /etc/resolv.conf. */
final class Lookups {

  private static final int DNS_PORT = 53;
  private static final int ANSWER_MILLIS = 500;
  private static final AtomicInteger IDS = new AtomicInteger(1);

  private Lookups() {}

  /** Asks until the promised answer comes or the time is over. */
  static LabReport.LookupResult ask(LabMachine from, Lookup lookup, long untilNanos) {
    Set<IpAddress> answer = Set.of();
    do {
      answer = new LinkedHashSet<>(ask(from, lookup.name(), DnsMessage.A));
      answer.addAll(ask(from, lookup.name(), DnsMessage.AAAA));
    } while (!answer.equals(Set.copyOf(lookup.addresses())) && System.nanoTime() < untilNanos);
    return new LabReport.LookupResult(lookup, List.copyOf(answer));
  }

  private static List<IpAddress> ask(LabMachine from, String name, int type) {
    for (IpAddress server : servers(from)) {
      Optional<DnsMessage.Response> answer = ask(from, server, name, type);
      if (answer.isPresent()) {
        return answer.get().addresses();
      }
    }
    return List.of();
  }

  private static Optional<DnsMessage.Response> ask(
      LabMachine from, IpAddress server, String name, int type) {
    int id = IDS.incrementAndGet() & 0xffff;
    byte[] question = DnsMessage.question(id, name, type);
    try (DatagramChannel channel =
        from.namespace().call(() -> DatagramChannel.open(Responder.family(server)))) {
      channel.connect(SocketAddresses.of(server, DNS_PORT));
      channel.socket().setSoTimeout(ANSWER_MILLIS);
      channel.socket().send(new DatagramPacket(question, question.length));
      var in = new DatagramPacket(new byte[2048], 2048);
      channel.socket().receive(in);
      return DnsMessage.readAnswer(Arrays.copyOf(in.getData(), in.getLength()))
          .filter(answer -> answer.id() == id);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The name servers of a machine, in the order in which it asks them. */
  static List<IpAddress> servers(LabMachine machine) {
    try {
      return Files.readAllLines(Path.of("/proc/" + machine.pid() + "/root/etc/resolv.conf"))
          .stream()
          .map(String::strip)
          .filter(line -> line.startsWith("nameserver "))
          .flatMap(line -> IpAddress.tryParse(line.substring(11).strip()).stream())
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
