package guywire.node;

import guywire.linux.FilterTables;
import guywire.linux.FilterTables.Generation;
import guywire.network.Nftables;
import guywire.network.text.Text;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;

/**
 * The node's one table of nftables. It holds the transaction that makes it; what reads back is the
 * digest of what nft lists, so that a rule that somebody added or took away is seen.
 */
final class FilterAspect implements Aspect {

  /** What a table holds that is not as it was loaded. */
  private static final String OTHER = "other";

  /** The most tables of which a listing is kept. */
  private static final int MOST_KEPT = 256;

  private record Place(long namespace, String table) {}

  /** A listing's digest, and the generation of the tables that it is of. */
  private record Listing(Generation generation, String digest) {}

  /** To start nft takes longer than all else that is looked at where nothing has changed. */
  private final Map<Place, Listing> kept =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Place, Listing> eldest) {
              return size() > MOST_KEPT;
            }
          });

  @Override
  public boolean has(Thing thing) {
    return thing instanceof Thing.Table;
  }

  @Override
  public void see(Tools tools, HostScope scope, Observed.Picture picture) {
    var tables = new LinkedHashSet<>(scope.claimed(Thing.Table.class));
    scope
        .config()
        .ifPresent(config -> {
          if (!config.interfaces().isEmpty()) {
            tables.add(new Thing.Table(NftTable.nameFor(config.interfaces().getFirst().name())));
          }
        });
    for (var table : tables) {
      listing(tools, table)
          .ifPresent(digest -> picture.things.put(table, scope.inOwnWords(table, digest)));
    }
  }

  /**
   * The digest of what nft lists; empty if there is no such table. What is in its sets is left out:
   * the agent opens ports there when it is asked to forward.
   */
  private Optional<String> listing(Tools tools, Thing.Table table) {
    var generation = FilterTables.generation();
    if (generation.isEmpty()) {
      return listed(tools, table);
    }
    var place = new Place(generation.get().namespace(), table.name());
    var known = kept.get(place);
    if (known != null && known.generation().equals(generation.get())) {
      return Optional.of(known.digest());
    }
    var digest = listed(tools, table);
    // What was changed meanwhile may be in it or not.
    if (digest.isPresent() && FilterTables.generation().equals(generation)) {
      kept.put(place, new Listing(generation.get(), digest.get()));
    }
    return digest;
  }

  private static Optional<String> listed(Tools tools, Thing.Table table) {
    if (!FilterTables.mayHave(FilterTables.Family.INET, table.name())) {
      return Optional.empty();
    }
    return tools
        .commands()
        .find("nft")
        .map(nft -> tools.commands().run("", nft, "-st", "list", "table", "inet", table.name()))
        .filter(Commands.Ended::succeeded)
        .map(ended -> digest(ended.output()));
  }

  private static String digest(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return OTHER
          + " "
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public void want(Demand demand, Wanted wanted) {
    var table = NftTable.of(demand.config(), demand.fullTunnels());
    if (!table.text().isEmpty()) {
      wanted.put(new Thing.Table(table.name()), table.text());
    }
  }

  @Override
  public Optional<String> bring(Tools tools, Thing thing, Optional<String> to) {
    var table = (Thing.Table) thing;
    if (to.isEmpty() && listing(tools, table).isEmpty()) {
      return Optional.empty();
    }
    String nft =
        tools
            .commands()
            .find("nft")
            .orElseThrow(() -> new MissingRequirement(Text.of(FilterAspect.class, "missing.nft")));
    String transaction =
        to.filter(text -> !text.startsWith(OTHER)).orElse(Nftables.removal(table.name()));
    var ended = tools.commands().run(transaction, nft, "-f", "-");
    if (!ended.succeeded()) {
      throw new SetupFailure(
          Text.of(
              FilterAspect.class,
              "firewall.refused",
              ended.output().lines().findFirst().orElse("")));
    }
    return to.isEmpty() ? Optional.empty() : listing(tools, table);
  }

  @Override
  public Text says(Thing thing, Optional<String> from, Optional<String> to) {
    return Text.of(
        FilterAspect.class,
        to.isPresent() ? "step.firewall" : "step.no-firewall",
        ((Thing.Table) thing).name());
  }
}
