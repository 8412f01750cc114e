package guywire.control.change;

import guywire.network.Name;
import guywire.network.PeerConfig;
import guywire.network.text.Finding;
import guywire.prove.Facts;
import guywire.recognise.FileCollector;
import guywire.recognise.HostFiles;
import guywire.recognise.Recogniser;
import guywire.recognise.Recognition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The definition of a network that hosts have in their own files; nothing is changed and nothing is
 * kept. Safe for use by several threads.
 */
public final class Imports {

  /** What comes of so many machines is there in seconds; the time grows with their square. */
  private static final int MOST_MACHINES = 600;

  /** So many different prefixes are sent to all of them together. */
  private static final int MOST_PREFIXES = 3000;

  /** One at a time, beside those who change networks: whoever only looks never holds them up. */
  private final WorkSlots slots = new WorkSlots(1, 10);

  /**
   * What somebody sent.
   *
   * @param files the files
   * @param network what the network shall be called
   * @param host a host of the network that is meant, where the files are of several
   */
  public record Sent(List<FileCollector.Found> files, Name network, Optional<Name> host) {
    /** Copies the list. */
    public Sent {
      files = List.copyOf(files);
    }
  }

  /** What came of it. */
  public sealed interface Seen {

    /**
     * A definition.
     *
     * @param files what was read
     * @param networks the hosts of each network that the files are of
     * @param recognition the network that was meant, or else the first
     */
    record Found(HostFiles files, List<List<Name>> networks, Recognition recognition)
        implements Seen {}

    /**
     * No file has a tunnel.
     *
     * @param files what was read
     * @param findings what is to be said of it
     */
    record Nothing(HostFiles files, List<Finding> findings) implements Seen {}

    /**
     * More than is looked at while others wait.
     *
     * @param machines so many machines are
     * @param prefixes and so many prefixes that are sent to them
     */
    record TooMany(int machines, int prefixes) implements Seen {}

    /** No network of the files has this host. */
    record UnknownHost(Name host) implements Seen {}
  }

  /** Reads files, and recognises the network that they are of. */
  public Seen look(Sent sent) {
    return slots.when(() -> seen(sent));
  }

  private static Seen seen(Sent sent) {
    var collector = new FileCollector();
    sent.files().forEach(file -> collector.add(file, false));
    var read = collector.files();
    if (machines(read) > MOST_MACHINES || prefixes(read) > MOST_PREFIXES) {
      return new Seen.TooMany(MOST_MACHINES, MOST_PREFIXES);
    }
    var networks = Recogniser.networks(read);
    if (networks.isEmpty()) {
      var findings = new ArrayList<>(read.findings());
      read.hosts().forEach(host -> findings.addAll(host.findings()));
      return new Seen.Nothing(read, findings);
    }
    var unknown =
        sent.host().filter(host -> networks.stream().noneMatch(hosts -> hosts.contains(host)));
    if (unknown.isPresent()) {
      return new Seen.UnknownHost(unknown.get());
    }
    var host = sent.host().orElse(networks.getFirst().getFirst());
    var facts = Facts.NONE.saying(read.findings());
    // The keys in the files are stand-ins, or stay where they are: the server keeps none.
    return new Seen.Found(
        read, networks, Recogniser.recognise(sent.network(), read, Optional.of(host), facts, true));
  }

  private static long machines(HostFiles read) {
    return read.hosts().stream()
        .flatMap(host -> host.node().interfaces().stream())
        .flatMap(tunnel ->
            Stream.concat(
                tunnel.publicKey().stream(), tunnel.peers().stream().map(PeerConfig::publicKey)))
        .distinct()
        .count();
  }

  private static long prefixes(HostFiles read) {
    return read.hosts().stream()
        .flatMap(host -> host.node().interfaces().stream())
        .flatMap(tunnel -> tunnel.peers().stream())
        .flatMap(peer -> peer.allowedIps().stream())
        .distinct()
        .count();
  }
}
