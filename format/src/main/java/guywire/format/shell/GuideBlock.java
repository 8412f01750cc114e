package guywire.format.shell;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A configuration of WireGuard as it stands in a guide.
 *
 * @param first the line of the page that it begins at, from 0
 * @param heading what the page calls the host
 * @param about whom the heading is about, without what says that it is about keys
 * @param lines its lines
 * @param peers its entries
 * @param addresses the addresses of its tunnel, as far as they are some
 * @param listenPort its port, as it is written; empty if there is none
 * @param privateKey what stands for its private key, if anything does
 * @param word whose key that is, as far as its word says; empty if it does not
 */
record GuideBlock(
    int first,
    String heading,
    String about,
    List<Line> lines,
    List<GuidePeer> peers,
    List<IpAddress> addresses,
    String listenPort,
    Optional<String> privateKey,
    String word) {

  /** What stands for an address, though it has the form of a name. */
  private static final Pattern OPEN_HOST =
      Pattern.compile("(?i)x+(\\.\\w+){3}|\\w+(\\.x+){3}|your[-_.].*|.*[-_](ip|address)|ip");

  /** Copies the lists. */
  GuideBlock {
    lines = List.copyOf(lines);
    peers = List.copyOf(peers);
    addresses = List.copyOf(addresses);
  }

  /**
   * A line of a block.
   *
   * @param text the line
   * @param key the setting's name in small letters; empty if it is no setting, or none of its
   *     section
   * @param value the setting's value
   * @param peer the number of the entry that it belongs to, if it is one of a peer
   */
  record Line(String text, String key, String value, OptionalInt peer) {
    /** The line with another value. */
    String with(String other) {
      return text.substring(0, text.indexOf('=') + 1) + " " + other;
    }
  }

  /**
   * What a block says of one peer.
   *
   * @param line the line of the page that the entry begins at, from 0: no two have the same
   * @param publicKey what stands for its public key; empty if nothing does
   * @param word whose key that is, as far as its word says; empty if it does not
   * @param endpoint its endpoint as it is written; empty if there is none
   * @param allowed its allowed IPs, as far as they are some
   * @param comments whom the comments beside it speak of
   */
  record GuidePeer(
      int line,
      String publicKey,
      String word,
      String endpoint,
      List<Prefix> allowed,
      Set<String> comments) {

    /** Copies the lists. */
    GuidePeer {
      allowed = List.copyOf(allowed);
      comments = Set.copyOf(comments);
    }

    /** The host of its endpoint, if that is one and not a word that stands for one. */
    Optional<String> endpointHost() {
      int colon = endpoint.lastIndexOf(':');
      String host = colon < 0 ? "" : endpoint.substring(0, colon).replaceAll("^\\[|\\]$", "");
      boolean isHost =
          IpAddress.tryParse(host).isPresent()
              || (host.matches("[A-Za-z0-9_.-]+")
                  && host.contains(".")
                  && !OPEN_HOST.matcher(host).matches());
      return isHost ? Optional.of(host) : Optional.empty();
    }

    OptionalInt endpointPort() {
      String port = endpoint.substring(endpoint.lastIndexOf(':') + 1).strip();
      return port.matches("[0-9]{1,5}") && Integer.parseInt(port) <= 65535
          ? OptionalInt.of(Integer.parseInt(port))
          : OptionalInt.empty();
    }

    /** Whether an allowed IP is just the address of that tunnel. */
    boolean namesAddressOf(GuideBlock block) {
      return allowed.stream()
          .filter(Prefix::isHost)
          .anyMatch(prefix -> block.addresses.contains(prefix.address()));
    }

    /** Whether nothing speaks against it: its prefixes hold the address, its port is the one. */
    boolean mayBe(GuideBlock block) {
      boolean port =
          endpointPort().isEmpty() || block.listenPort.equals(endpointPort().getAsInt() + "");
      return port
          && allowed.stream()
              .anyMatch(prefix -> block.addresses.stream().anyMatch(prefix::contains));
    }
  }

  /** Whether it is all that a host needs, and not a part that a text talks about. */
  boolean isWhole() {
    return !peers.isEmpty()
        && lines.stream()
            .filter(line -> line.peer().isEmpty())
            .anyMatch(line -> line.key().equals("address") || line.key().equals("listenport"));
  }

  /** Whether another block is about the same address, and so about the same host. */
  boolean isAgain(GuideBlock other) {
    return addresses.stream().anyMatch(other.addresses::contains);
  }
}
