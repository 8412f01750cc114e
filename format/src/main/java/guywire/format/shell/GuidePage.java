package guywire.format.shell;

import guywire.address.IpAddress;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The hosts of a guide: each configuration that a page shows whole is one, called by the heading
 * above it. Guides write words where keys and addresses belong ({@code <server's public key>},
 * {@code X.X.X.C}); those are filled in, so that what the page says can be judged as it would be
 * followed: the same word is the same host, and so is one whose address a peer's entry names.
 */
/*
 * Lines keep their numbers. What is not understood stays as it is, and the reader of wg-quick's files says
 * what is wrong with it.
 */
public final class GuidePage {

  /**
   * A host that a page shows.
   *
   * @param name what the page calls it
   * @param file its configuration of wg-quick, at the lines of the page
   * @param line where it begins, from 1
   */
  public record Host(Name name, SourceFile file, int line) {}

  /** No guide shows more; what has more is none. */
  private static final int MOST_HOSTS = 100;

  /** Of more entries none is found by being the one that is left. */
  private static final int MOST_PEERS = 50;

  /** Where a documentation's addresses stand for those that a page leaves open (RFC 5737). */
  private static final IpAddress STAND_IN = IpAddress.parse("192.0.2.0");

  private static final SecureRandom RANDOM = new SecureRandom();

  private final SourceFile page;

  /** By the lines that they begin at. */
  private final Map<Integer, GuideBlock> blocks = new LinkedHashMap<>();

  private final Map<Integer, PrivateKey> keys = new HashMap<>();
  private final Map<Integer, IpAddress> standIns = new HashMap<>();

  /** What was found for entries, by the lines that these begin at. */
  private final Map<Integer, Optional<GuideBlock>> targets = new HashMap<>();

  private final Map<Integer, Optional<GuideBlock>> names = new HashMap<>();
  private final Map<String, PrivateKey> strangers = new HashMap<>();

  private GuidePage(SourceFile page, List<GuideBlock> blocks) {
    this.page = page;
    for (var block : blocks) {
      this.blocks.put(block.first(), block);
      keys.put(
          block.first(),
          block
              .privateKey()
              .flatMap(PrivateKey::parse)
              .orElseGet(() -> PrivateKey.generate(RANDOM)));
      standIns.put(block.first(), STAND_IN.plus(this.blocks.size()));
    }
    for (var block : blocks) {
      for (var peer : block.peers()) {
        peer.endpointHost()
            .flatMap(IpAddress::tryParse)
            .ifPresent(
                address -> target(block, peer).ifPresent(to -> standIns.put(to.first(), address)));
      }
    }
  }

  /**
   * What a page shows whole, network by network: where it shows an address again it has begun with
   * another one.
   */
  private static List<List<GuideBlock>> networks(SourceFile page) {
    var networks = new ArrayList<List<GuideBlock>>();
    GuideReader.blocks(page.content()).stream()
        .filter(GuideBlock::isWhole)
        .limit(MOST_HOSTS)
        .forEach(block -> {
          if (networks.isEmpty() || networks.getLast().stream().anyMatch(block::isAgain)) {
            networks.add(new ArrayList<>());
          }
          networks.getLast().add(block);
        });
    return networks;
  }

  /**
   * The hosts of a page: of its largest network, the last of those that are equally large. There
   * are none where it shows no configuration whole.
   */
  public static List<Host> hosts(SourceFile page) {
    var largest =
        networks(page).stream()
            .reduce(List.of(), (one, other) -> other.size() >= one.size() ? other : one);
    return new GuidePage(page, largest).hosts();
  }

  private List<Host> hosts() {
    var hosts = new ArrayList<Host>();
    Set<Name> taken = new HashSet<>();
    for (var block : blocks.values()) {
      String number = "host-" + (hosts.size() + 1);
      Name name = Name.near(block.heading()).orElse(new Name(number));
      if (!taken.add(name)) {
        name = Name.near(number + "-" + name).orElseThrow();
        taken.add(name);
      }
      hosts.add(
          new Host(
              name,
              new SourceFile(page.name(), filled(block), "wg0.conf", OptionalInt.empty()),
              block.first() + 1));
    }
    return hosts;
  }

  /** The block's lines at their numbers, with what stands for keys and addresses filled in. */
  private String filled(GuideBlock block) {
    var text = new StringBuilder("\n".repeat(block.first()));
    var said = new HashMap<String, Integer>();
    block.peers().forEach(peer -> said.merge(peer.publicKey(), 1, Integer::sum));
    for (var line : block.lines()) {
      text.append(
              line.peer().isPresent()
                  ? filled(block, line, block.peers().get(line.peer().getAsInt()), said)
                  : line.key().equals("privatekey") && PrivateKey.parse(line.value()).isEmpty()
                      ? line.with(key(block).base64())
                      : line.text())
          .append('\n');
    }
    return text.toString();
  }

  private String filled(
      GuideBlock block,
      GuideBlock.Line line,
      GuideBlock.GuidePeer peer,
      Map<String, Integer> said) {
    return switch (line.key()) {
      case "publickey" -> {
        // One word for several is nobody in particular.
        boolean once = said.getOrDefault(peer.publicKey(), 0) == 1;
        String stranger = once ? peer.word() : peer.word() + " " + peer.line();
        yield PublicKey.parse(line.value()).isPresent()
            ? line.text()
            : line.with(
                target(block, peer)
                    .map(this::key)
                    .orElseGet(() -> stranger(stranger))
                    .publicKey()
                    .toString());
      }
      case "endpoint" ->
          peer.endpointHost().isPresent() || peer.endpointPort().isEmpty()
              ? line.text()
              : line.with(
                  target(block, peer)
                          .flatMap(to -> Optional.ofNullable(standIns.get(to.first())))
                          .orElse(STAND_IN.plus(254))
                      + ":"
                      + peer.endpointPort().getAsInt());
      default -> line.text();
    };
  }

  /**
   * A key of somebody who is not on the page: a real one, made anew, as what is imported from a
   * page may come to be used.
   */
  private PrivateKey stranger(String who) {
    return strangers.computeIfAbsent(who, _ -> PrivateKey.generate(RANDOM));
  }

  private PrivateKey key(GuideBlock block) {
    return Optional.ofNullable(keys.get(block.first())).orElseThrow();
  }

  /** Which of the page's hosts an entry is about, if it is one of them. */
  private Optional<GuideBlock> target(GuideBlock from, GuideBlock.GuidePeer peer) {
    var known = targets.get(peer.line());
    if (known == null) {
      known =
          PublicKey.parse(peer.publicKey())
              .map(real -> only(from, to -> key(to).publicKey().equals(real)))
              .orElseGet(() -> named(from, peer).or(() -> left(from, peer)));
      targets.put(peer.line(), known);
    }
    return known;
  }

  /**
   * By the word in the key's place, where a host's own key has the same, by a comment, or by the
   * address.
   */
  private Optional<GuideBlock> named(GuideBlock from, GuideBlock.GuidePeer peer) {
    var known = names.get(peer.line());
    if (known == null) {
      known =
          only(from, to -> !peer.word().isEmpty() && peer.word().equals(to.word()))
              .or(() -> only(from, to -> peer.comments().contains(to.about())))
              .or(() -> only(from, peer::namesAddressOf));
      names.put(peer.line(), known);
    }
    return known;
  }

  /** The one that is left when the others are named. */
  private Optional<GuideBlock> left(GuideBlock from, GuideBlock.GuidePeer peer) {
    if (from.peers().size() > MOST_PEERS) {
      return Optional.empty();
    }
    var named = new HashSet<Integer>();
    from.peers().stream()
        .filter(other -> other != peer)
        .forEach(other -> named(from, other).map(GuideBlock::first).ifPresent(named::add));
    return only(from, to -> !named.contains(to.first()) && peer.mayBe(to));
  }

  private Optional<GuideBlock> only(GuideBlock from, Predicate<GuideBlock> is) {
    var found =
        blocks.values().stream().filter(block -> block != from).filter(is).limit(2).toList();
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }
}
