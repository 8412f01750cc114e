package guywire.control.api;

import guywire.control.oidc.ClaimedRoles.Grant;
import guywire.control.store.Audit;
import guywire.control.store.Networks;
import guywire.control.store.Session;
import guywire.control.store.StoredNetwork;
import guywire.control.store.Tokens;
import guywire.control.store.Users;
import guywire.network.Name;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The roles of users that follow what the identity provider says of them when they sign in.
 *
 * @param session the transaction of the sign-in
 * @param now the time
 */
/*
 * The last administrator keeps his role, whatever the provider says: a group that was renamed there would
 * otherwise leave a server that nobody can set right. It is no way in: whom the provider gives no role at all is
 * not let in, and whose role is kept has signed in as himself.
 */
record ProviderRoles(Session session, Instant now) {

  private static final Logger LOGGER = System.getLogger(ProviderRoles.class.getName());

  /** An account with the first of these roles whose network there is; empty if there is none. */
  Optional<Users.Account> given(Users.Account account, List<Grant> grants) {
    for (var grant : grants) {
      var network = grant.network().flatMap(new Networks(session)::named).map(StoredNetwork::id);
      if (network.isPresent() == grant.network().isPresent()) {
        return Optional.of(account.as(grant.scope(), network));
      }
      LOGGER.log(
          Level.WARNING,
          "the identity provider's settings give a role in a network that is not there: "
              + grant.network().map(Name::text).orElse(""));
    }
    return Optional.empty();
  }

  /**
   * An account as it is from now on; empty if it has no role any more, which ended its sessions and
   * tokens.
   */
  Optional<Users.Account> follow(Users.Account account, List<Grant> grants) {
    var given = given(account, grants);
    if (given.filter(account::hasRoleOf).isPresent()) {
      return given;
    }
    String name = account.user().name().text();
    if (new Users(session).isLastAdministrator(account)) {
      LOGGER.log(
          Level.WARNING,
          "the identity provider gives " + name + " another role, who is the last administrator");
      return given.map(_ -> account);
    }
    if (given.isEmpty()) {
      if (new Tokens(session).revoke(account.user()) > 0) {
        new Audit(session).add(now, "access-followed", Optional.empty(), name, "");
      }
      return given;
    }
    new Users(session).setRole(given.get());
    audit(given.get(), role(account) + " -> ");
    return given;
  }

  /**
   * Notes a role that follows from what the provider says.
   *
   * @param before what stands before it
   */
  void audit(Users.Account account, String before) {
    new Audit(session)
        .add(
            now,
            "role-followed",
            network(account),
            account.user().name().text(),
            before + role(account));
  }

  private Optional<Name> network(Users.Account account) {
    return account.network().flatMap(new Networks(session)::of).map(StoredNetwork::name);
  }

  private String role(Users.Account account) {
    return account.scope().word() + network(account).map(name -> " " + name.text()).orElse("");
  }
}
