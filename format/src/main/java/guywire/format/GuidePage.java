package guywire.format;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Name;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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
final class GuidePage {

  /**
   * A host that a page shows.
   *
   * @param name what the page calls it
   * @param file its configuration of wg-quick, at the lines of the page
   * @param line where it begins, from 1
   */
  record Host(Name name, SourceFile file, int line) {}

  /** No guide shows more; what has more is none. */
  private static final int MOST_HOSTS = 100;

  /** Of more entries none is found by being the one that is left. */
  private static final int MOST_PEERS = 50;

  /** Where a documentation's addresses stand for those that a page leaves open (RFC 5737). */
  private static final IpAddress STAND_IN = IpAddress.parse("192.0.2.0");

  private static final SecureRandom RANDOM = new SecureRandom();

  private final SourceFile page;
  private final List<GuideBlock> blocks;
  private final Map<GuideBlock, PrivateKey> keys = new HashMap<>();
  private final Map<GuideBlock, IpAddress> standIns = new HashMap<>();
  private final Map<GuideBlock.Peer, Optional<GuideBlock>> targets = new HashMap<>();
  private final Map<GuideBlock.Peer, Optional<GuideBlock>> names = new HashMap<>();
  private final Map<String, PrivateKey> strangers = new HashMap<>();

  private GuidePage(SourceFile page, List<GuideBlock> blocks) {
    this.page = page;
    this.blocks = blocks;
  }

  /**
   * What a page shows whole, network by network: where it shows an address again it has begun with
   * another one.
   */
  private static List<List<GuideBlock>> networks(SourceFile page) {
    var networks = new ArrayList<List<GuideBlock>>();
    GuideBlock.in(page.content()).stream()
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
  static List<Host> hosts(SourceFile page) {
    var largest =
        networks(page).stream()
            .reduce(List.of(), (one, other) -> other.size() >= one.size() ? other : one);
    return new GuidePage(page, largest).hosts();
  }

  private List<Host> hosts() {
    for (int i = 0; i < blocks.size(); i++) {
      var block = blocks.get(i);
      keys.put(
          block,
          block
              .privateKey()
              .flatMap(PrivateKey::parse)
              .orElseGet(() -> PrivateKey.generate(RANDOM)));
      standIns.put(block, STAND_IN.plus(i + 1L));
    }
    for (var block : blocks) {
      for (var peer : block.peers()) {
        peer.endpointHost()
            .flatMap(IpAddress::tryParse)
            .ifPresent(address -> target(block, peer).ifPresent(to -> standIns.put(to, address)));
      }
    }
    var hosts = new ArrayList<Host>();
    Set<Name> taken = new HashSet<>();
    for (int i = 0; i < blocks.size(); i++) {
      var block = blocks.get(i);
      Name name = Name.near(block.heading()).orElse(new Name("host-" + (i + 1)));
      if (!taken.add(name)) {
        name = Name.near("host-" + (i + 1) + "-" + name).orElseThrow();
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
    for (var line : block.lines()) {
      text.append(filled(block, line)).append('\n');
    }
    return text.toString();
  }

  private String filled(GuideBlock block, GuideBlock.Line line) {
    return switch (line.key()) {
      case "privatekey" ->
          PrivateKey.parse(line.value()).isPresent() ? line.text() : line.with(key(block).base64());
      case "publickey" ->
          PublicKey.parse(line.value()).isPresent()
              ? line.text()
              : line.with(
                  target(block, line.peer().orElseThrow())
                      .map(to -> key(to).publicKey())
                      .orElseGet(() -> stranger(block, line.peer().orElseThrow()))
                      .toString());
      case "endpoint" -> {
        var peer = line.peer().orElseThrow();
        yield peer.endpointHost().isPresent() || peer.endpointPort().isEmpty()
            ? line.text()
            : line.with(
                target(block, peer).map(standIns::get).orElse(STAND_IN.plus(254))
                    + ":"
                    + peer.endpointPort().getAsInt());
      }
      default -> line.text();
    };
  }

  /** The key of somebody who is not on the page; one word for several is nobody in particular. */
  private PublicKey stranger(GuideBlock block, GuideBlock.Peer peer) {
    String place = block.isSaidOnce(peer) ? "" : " " + peer.line();
    return madeUp(peer.word() + place).publicKey();
  }

  private PrivateKey key(GuideBlock block) {
    return Optional.ofNullable(keys.get(block)).orElseThrow();
  }

  /** Which of the page's hosts an entry is about, if it is one of them. */
  private Optional<GuideBlock> target(GuideBlock from, GuideBlock.Peer peer) {
    var known = targets.get(peer);
    if (known == null) {
      known =
          PublicKey.parse(peer.publicKey())
              .map(real -> only(from, to -> key(to).publicKey().equals(real)))
              .orElseGet(() -> named(from, peer).or(() -> left(from, peer)));
      targets.put(peer, known);
    }
    return known;
  }

  /**
   * By the word in the key's place, where a host's own key has the same, by a comment, or by the
   * address.
   */
  private Optional<GuideBlock> named(GuideBlock from, GuideBlock.Peer peer) {
    var known = names.get(peer);
    if (known == null) {
      known =
          only(from, to -> !peer.word().isEmpty() && peer.word().equals(to.word()))
              .or(() -> only(from, to -> peer.comments().contains(to.about())))
              .or(() -> only(from, peer::namesAddressOf));
      names.put(peer, known);
    }
    return known;
  }

  /** The one that is left when the others are named. */
  private Optional<GuideBlock> left(GuideBlock from, GuideBlock.Peer peer) {
    if (from.peers().size() > MOST_PEERS) {
      return Optional.empty();
    }
    var named = new HashSet<GuideBlock>();
    from.peers().stream()
        .filter(other -> other != peer)
        .forEach(other -> named(from, other).ifPresent(named::add));
    return only(from, to -> !named.contains(to) && peer.mayBe(to));
  }

  private Optional<GuideBlock> only(GuideBlock from, Predicate<GuideBlock> is) {
    var found = blocks.stream().filter(block -> block != from).filter(is).limit(2).toList();
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }

  /**
   * A key that stands for one that the page leaves open: a real one, made anew, as what is imported
   * from a page may come to be used.
   */
  private PrivateKey madeUp(String whose) {
    return strangers.computeIfAbsent(whose, _ -> PrivateKey.generate(RANDOM));
  }

  /** Whether an allowed IP is one address, which is that of a tunnel. */
  static boolean isHost(String allowed, String address) {
    var bare = IpAddress.tryParse(allowed.replaceFirst("/(32|128)$", ""));
    return bare.isPresent() && bare.equals(IpAddress.tryParse(address.replaceFirst("/.*", "")));
  }

  /** Whether an allowed IP has the address of a tunnel in it. */
  static boolean holds(String allowed, String address) {
    var one = IpAddress.tryParse(address.replaceFirst("/.*", ""));
    return one.isPresent()
        && Prefix.tryParse(allowed).filter(prefix -> prefix.contains(one.get())).isPresent();
  }
}
