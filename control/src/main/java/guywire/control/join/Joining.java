package guywire.control.join;

import guywire.control.change.ChangeOutcome;
import guywire.control.change.Changes;
import guywire.control.change.Newcomers;
import guywire.control.store.Audit;
import guywire.control.store.Database;
import guywire.control.store.HostSessions;
import guywire.control.store.Hosts;
import guywire.control.store.Invitation;
import guywire.control.store.Networks;
import guywire.control.store.Scope;
import guywire.control.store.Session;
import guywire.control.store.StoredHost;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import guywire.control.store.Tokens;
import guywire.network.Name;
import guywire.network.json.NodeId;
import guywire.network.managed.Arrival;
import guywire.network.managed.Identity;
import guywire.network.managed.JoinRequest;
import guywire.network.managed.NextKey;
import guywire.network.managed.SpareKeys;
import guywire.network.managed.Statement;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import javax.crypto.SecretKey;

/**
 * How hosts become nodes. A host comes with a token and proves that it has the key it will be known
 * by; somebody says yes, unless the token does; then the node of its name in the definition has its
 * WireGuard key, or the definition has a node more, as a change that is proven like any other. Safe
 * for use by several threads.
 */
public final class Joining {

  private final Database database;
  private final Changes changes;
  private final Clock clock;
  private final String fingerprint;
  private final Newcomers newcomers;
  private final Challenges challenges;
  private final Orders orders;
  private final Rotations rotations;
  private final ToldKeys told;
  private final SecureRandom random = new SecureRandom();

  /**
   * Hosts of the networks in a database.
   *
   * @param fingerprint SHA-256 of this server's certificate, which hosts sign for
   * @param key what this server knows its challenges by, for HMAC
   * @param leads whether it is this server that lets versions go on
   */
  public Joining(
      Database database,
      Changes changes,
      Clock clock,
      String fingerprint,
      SecretKey key,
      BooleanSupplier leads) {
    this.database = database;
    this.changes = changes;
    this.clock = clock;
    this.fingerprint = fingerprint;
    this.orders = new Orders(database, changes, clock, leads);
    this.rotations = new Rotations(database, changes, clock);
    this.told = new ToldKeys(database, changes, clock);
    this.newcomers = new Newcomers(database, changes);
    this.challenges = new Challenges(clock, key);
  }

  /** SHA-256 of this server's certificate, in hexadecimal: a link to join with has it. */
  public String fingerprint() {
    return fingerprint;
  }

  /** What nodes shall be, and what they tell. */
  public Orders orders() {
    return orders;
  }

  /** The nodes that change their keys. */
  public Rotations rotations() {
    return rotations;
  }

  /** Something for a host to sign. */
  public String challenge() {
    return challenges.make();
  }

  /** Makes a token to join with. */
  public Token invite(
      Token by,
      StoredNetwork network,
      TokenSecret secret,
      Invitation invitation,
      Optional<Instant> expires,
      Optional<Long> uses) {
    var now = clock.instant();
    return database.write(session -> {
      var made =
          new Tokens(session)
              .add(
                  secret,
                  new Tokens.Wanted(
                      by.owner().name(),
                      invitation.name().map(Name::text).orElse(""),
                      Scope.JOIN,
                      Optional.of(network.id()),
                      expires,
                      uses),
                  now);
      new Hosts(session).invite(made, invitation);
      audit(session, by, "host-invited", network, made.id());
      return made;
    });
  }

  /** What became of a wish to join. */
  public sealed interface Joined {

    /**
     * The host is known.
     *
     * @param host it, as it is now
     */
    record Known(StoredHost host) implements Joined {}

    /** It does not prove that it has its key, or not to this server, or not now. */
    record NotProven() implements Joined {}

    /** The token is used up, or grants nothing. */
    record NotInvited() implements Joined {}

    /** The token is for a host by another name. */
    record OtherName(Name name) implements Joined {}

    /** Another host has one of its keys. */
    record KeyTaken() implements Joined {}
  }

  /** Takes a host in that comes with a token, which that uses up. */
  public Joined join(Token by, JoinRequest request, InetAddress from) {
    var identity = Identity.tryParse(request.identity());
    byte[] statement =
        Statement.join(request.challenge(), fingerprint, request.publicKey()).bytes();
    if (!challenges.isFresh(request.challenge())
        || !identity.map(key -> key.signed(statement, request.signature())).orElse(false)
        || !isOnce(request.challenge())) {
      return new Joined.NotProven();
    }
    var grant = database.read(session -> new Hosts(session).invitation(by));
    var network = by.network();
    if (grant.isEmpty() || network.isEmpty()) {
      return new Joined.NotInvited();
    }
    if (grant.get().name().filter(only -> !only.equals(request.name())).isPresent()) {
      return new Joined.OtherName(grant.get().name().get());
    }
    var host =
        new StoredHost(
            NodeId.random(random),
            network.get(),
            Optional.empty(),
            StoredHost.State.WAITING,
            request.name(),
            grant.get().memberOf(),
            request.publicKey(),
            request.identity(),
            request.facts(),
            from.getHostAddress(),
            clock.instant());
    Joined joined =
        database.write(session -> {
          var hosts = new Hosts(session);
          var known = hosts.withIdentity(host.identity());
          if (known.isPresent()) {
            // It may have asked before, and not have heard the answer.
            return known.get().isSame(host) ? new Joined.Known(known.get()) : new Joined.KeyTaken();
          }
          if (!new Tokens(session).use(by)) {
            return new Joined.NotInvited();
          }
          hosts.add(host);
          var name = new Networks(session).of(host.network()).map(StoredNetwork::name);
          new Audit(session)
              .add(clock.instant(), by, "host-joined", name, host.name().text(), host.address());
          return new Joined.Known(host);
        });
    boolean isNew = joined instanceof Joined.Known known && known.host().equals(host);
    if (isNew && grant.get().approves()) {
      database
          .read(session -> new Networks(session).of(host.network()))
          .ifPresent(now -> approve(by, now, host, host.name(), Optional.empty()));
      // If that can't be, the host waits for somebody who can.
      return new Joined.Known(of(host.id()).orElse(host));
    }
    return joined;
  }

  /** A token for a host that proves that it is here; empty if it does not, or is none of ours. */
  public Optional<TokenSecret> arrive(Arrival arrival) {
    var host = of(arrival.host()).filter(known -> known.state() != StoredHost.State.REFUSED);
    byte[] statement = Statement.here(arrival.challenge(), fingerprint, arrival.host()).bytes();
    boolean proven =
        challenges.isFresh(arrival.challenge())
            && host.flatMap(known -> Identity.tryParse(known.identity()))
                .map(key -> key.signed(statement, arrival.signature()))
                .orElse(false);
    return proven
        ? database.write(session ->
            challenges.use(session, arrival.challenge())
                ? Optional.of(new HostSessions(session).begin(arrival.host(), clock.instant()))
                : Optional.<TokenSecret>empty())
        : Optional.empty();
  }

  /** Uses a challenge that was signed well, for the first time; false if it was used before. */
  private boolean isOnce(String challenge) {
    return database.write(session -> challenges.use(session, challenge));
  }

  /** Keeps the key that a host will change to; empty if it does not prove that it says so. */
  public Optional<Rotations.Announced> announce(StoredHost host, NextKey said) {
    var statement = Statement.next(said.challenge(), fingerprint, host.id(), said.publicKey());
    return said.host().equals(host.id())
            && isProven(host, statement, said.challenge(), said.signature())
        ? Optional.of(rotations.announce(host, said.publicKey()))
        : Optional.empty();
  }

  /**
   * Keeps the keys that a host has for its tunnels beside the usual one; empty if it does not prove
   * that it says so.
   */
  public Optional<ToldKeys.Outcome> tell(StoredHost host, SpareKeys said) {
    var statement = Statement.spare(said.challenge(), fingerprint, host.id(), said.keys());
    return said.host().equals(host.id())
            && isProven(host, statement, said.challenge(), said.signature())
        ? Optional.of(told.keep(host, said.keys()))
        : Optional.empty();
  }

  private boolean isProven(
      StoredHost host, Statement statement, String challenge, String signature) {
    return challenges.isFresh(challenge)
        && Identity.tryParse(host.identity())
            .map(key -> key.signed(statement.bytes(), signature))
            .orElse(false)
        && isOnce(challenge);
  }

  /** The host of this identity. */
  public Optional<StoredHost> of(NodeId host) {
    return database.read(session -> new Hosts(session).of(host));
  }

  /** What became of an approval. */
  public sealed interface Approval {

    /**
     * The host is a node now.
     *
     * @param host it
     */
    record Done(StoredHost host) implements Approval {}

    /** Another host is that node, or this host is one already. */
    record Taken() implements Approval {}

    /** Another node has its WireGuard key. */
    record KeyTaken() implements Approval {}

    /** The definition gives the node another key, which counts. */
    record DeclaredOtherwise() implements Approval {}

    /**
     * The definition with this node can't be.
     *
     * @param outcome why
     */
    record NotProven(ChangeOutcome outcome) implements Approval {}
  }

  /**
   * Says yes to a host.
   *
   * @param name what the node is called; one that the definition has gets the host's key, another
   *     is put into the definition
   * @param placing where a new one stands; empty for what the host's own words propose
   */
  public Approval approve(
      Token by, StoredNetwork network, StoredHost host, Name name, Optional<Placing> placing) {
    var node = database.read(session -> new Networks(session).node(network.id(), name));
    var approval =
        node.isPresent()
            ? give(by, network, host, node.get())
            : add(by, network, host, name, placing);
    return approval.orElseGet(() -> new Approval.Done(of(host.id()).orElse(host)));
  }

  /** Gives the host's key to a node that the definition has; empty if that is done. */
  private Optional<Approval> give(
      Token by, StoredNetwork network, StoredHost host, StoredNode node) {
    boolean taken =
        host.node().isPresent()
            || database
                .read(session -> new Hosts(session).ofNode(network.id(), node.id()))
                .isPresent();
    if (taken) {
      return Optional.of(new Approval.Taken());
    }
    var outcome =
        changes.setKey(
            by,
            network,
            node,
            host.publicKey(),
            "host-approved",
            session -> new Hosts(session).approve(host.id(), node.id()));
    return switch (outcome) {
      case KEPT -> Optional.empty();
      case DECLARED_OTHERWISE -> Optional.of(new Approval.DeclaredOtherwise());
      case TAKEN -> Optional.of(new Approval.KeyTaken());
    };
  }

  /** Puts a node into the definition; empty if that is done. */
  private Optional<Approval> add(
      Token by, StoredNetwork network, StoredHost host, Name name, Optional<Placing> placing) {
    if (host.node().isPresent()) {
      return Optional.of(new Approval.Taken());
    }
    var placed =
        placing.orElseGet(() ->
            new Placing(
                Placing.proposed(host, changes.desired().definition(network)), Optional.empty()));
    var outcome =
        newcomers.add(
            by,
            network,
            new Newcomers.Newcomer(
                "host-approved", name, placed.fields(), host.memberOf(), host.publicKey()),
            (session, node) -> new Hosts(session).approve(host.id(), node.id()));
    return outcome instanceof ChangeOutcome.Landed
        ? Optional.empty()
        : Optional.of(new Approval.NotProven(outcome));
  }

  /** Says no to a host that waits; false if it does not. */
  public boolean refuse(Token by, StoredNetwork network, StoredHost host) {
    return database.write(session -> {
      boolean done = new Hosts(session).refuse(host.id());
      if (done) {
        new HostSessions(session).end(host.id());
        audit(session, by, "host-refused", network, host.name().text());
      }
      return done;
    });
  }

  /**
   * Forgets a host. The node that it was stays in the definition, without a key: nobody lets the
   * host in any more.
   */
  public void remove(Token by, StoredNetwork network, StoredHost host) {
    var now =
        database.write(session -> {
          var networks = new Networks(session);
          new Hosts(session).remove(host.id());
          host.node().ifPresent(node -> networks.forgetKey(network.id(), node));
          audit(session, by, "host-removed", network, host.name().text());
          return networks.of(network.id()).orElse(network);
        });
    host.node().ifPresent(node -> orders.live().forget(network.id(), node));
    changes.tell(now);
  }

  private void audit(
      Session session, Token by, String action, StoredNetwork network, String subject) {
    new Audit(session).add(clock.instant(), by, action, Optional.of(network.name()), subject, "");
  }
}
