package guywire.control.api;

import guywire.control.oidc.IdentityProvider;
import guywire.control.store.Audit;
import guywire.control.store.Database;
import guywire.control.store.PasswordDigest;
import guywire.control.store.Scope;
import guywire.control.store.SecondFactors;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import guywire.control.store.Tokens;
import guywire.control.store.Users;
import guywire.network.Name;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Users who sign in, and the sessions of their browsers. */
final class SessionCalls {

  private static final int LONGEST_NAME = 63;

  private final Database database;
  private final Passwords passwords;
  private final SecondFactorCalls secondFactors;
  private final Optional<IdentityProvider> provider;

  SessionCalls(
      Database database,
      Passwords passwords,
      SecondFactorCalls secondFactors,
      Optional<IdentityProvider> provider) {
    this.database = database;
    this.passwords = passwords;
    this.secondFactors = secondFactors;
    this.provider = provider;
  }

  /** Whether the server is set up, and who is signed in. */
  Reply show(Call call) {
    boolean setUp = database.read(session -> new Tokens(session).isSetUp());
    return Reply.ok(form(call.token(), setUp));
  }

  ObjectNode form(Optional<Token> session, boolean setUp) {
    var node = ApiJson.object();
    provider.ifPresent(it -> node.put("identity-provider", it.settings().name()));
    node.put("set-up", setUp);
    node.put("signed-in", session.isPresent());
    session.ifPresent(token -> {
      node.put("name", token.owner().name().text());
      node.put("everywhere", token.network().isEmpty());
      node.put("scope", token.scope().word());
      token.expires().ifPresent(end -> node.put("expires", end.toString()));
      database.read(reading -> {
        var account = new Users(reading).account(token.owner().name());
        node.put("password", account.flatMap(Users.Account::password).isPresent());
        var factors = new SecondFactors(reading);
        boolean has = factors.has(token.owner());
        node.put("second-factor", has);
        if (has) {
          node.put("recovery-codes-left", factors.recoveryCodesLeft(token.owner()));
        }
        return has;
      });
    });
    return node;
  }

  Reply signIn(Call call) {
    var name = Name.tryParse(call.body().needed("name", LONGEST_NAME));
    String password = call.body().needed("password", Passwords.LONGEST);
    var code = SecondFactorCalls.code(call.body());
    call.body().complete();
    var tried = passwords.check(name, password, 401);
    var secret = TokenSecret.random();
    var token =
        database.write(session -> {
          // The password may have been changed while it was tried, or the role.
          var account =
              new Users(session)
                  .account(tried.user().name())
                  .filter(now -> isSame(now.password(), tried.password()))
                  .orElseThrow(() -> Problem.of(401, "wrong-password"));
          if (!secondFactors.isShown(session, call, account.user(), code)) {
            return Optional.<Token>empty();
          }
          var made = new Tokens(session).addSession(secret, account, call.now());
          new Audit(session).add(call.now(), made, "signed-in", Optional.empty(), "", "");
          return Optional.of(made);
        });
    if (token.isEmpty()) {
      throw SecondFactorCalls.wrongCode(401);
    }
    return new Reply.Signed(201, form(token, true), Optional.of(secret));
  }

  private static boolean isSame(Optional<PasswordDigest> now, Optional<PasswordDigest> tried) {
    return now.flatMap(one -> tried.filter(one::isSameAs)).isPresent();
  }

  Reply signOut(Call call) {
    var token = call.by();
    database.write(session -> {
      new Audit(session).add(call.now(), token, "signed-out", Optional.empty(), "", "");
      return new Tokens(session).revoke(token.id(), Optional.empty());
    });
    return new Reply.Signed(200, form(Optional.empty(), true), Optional.empty());
  }

  /** Another password for who signed in, by the present one. All other sessions of his end. */
  Reply changePassword(Call call) {
    String old = call.body().needed("old", Passwords.LONGEST);
    var digest = newPassword(call);
    var unused = passwords.check(Optional.of(call.by().owner().name()), old, 403);
    return keep(call, digest, Optional.of(call.by().id()));
  }

  /**
   * A password for the owner of a token that may do anything anyway. All sessions of his end; who
   * had none may administer the server.
   */
  Reply setPassword(Call call) {
    return keep(call, newPassword(call), Optional.empty());
  }

  /** The digest of the member {@code password}, when the whole body is as it should be. */
  private PasswordDigest newPassword(Call call) {
    String password = call.body().needed("password", Passwords.LONGEST);
    call.body().complete();
    return passwords.digest(password);
  }

  private Reply keep(Call call, PasswordDigest digest, Optional<String> but) {
    var token = call.by();
    database.write(session -> {
      var users = new Users(session);
      boolean isNew = users.account(token.owner().name()).isEmpty();
      users.setPassword(token.owner(), digest);
      if (isNew) {
        users.setRole(new Users.Account(token.owner(), digest, Scope.ADMINISTER, Optional.empty()));
      }
      new Tokens(session).endSessions(token.owner(), but);
      new Audit(session)
          .add(
              call.now(), token, "password-set", Optional.empty(), token.owner().name().text(), "");
      return true;
    });
    var node = ApiJson.object();
    node.put("name", token.owner().name().text());
    return Reply.ok(node);
  }

  /** Makes the first administrator, with a password and a session: for the set-up link. */
  Reply setUp(Call call, Name name, String chosen) {
    var digest = passwords.digest(chosen);
    var secret = TokenSecret.random();
    var token =
        database.write(session -> {
          var tokens = new Tokens(session);
          if (tokens.isSetUp() || !tokens.use(call.by())) {
            throw Problem.of(409, "set-up-already");
          }
          var user = tokens.user(name, call.now());
          var account = new Users.Account(user, digest, Scope.ADMINISTER, Optional.empty());
          new Users(session).setPassword(user, digest);
          new Users(session).setRole(account);
          tokens.revoke(Scope.SETUP);
          var made = tokens.addSession(secret, account, call.now());
          new Audit(session).add(call.now(), made, "set-up", Optional.empty(), "", "");
          return made;
        });
    return new Reply.Signed(201, ApiJson.token(token, _ -> ""), Optional.of(secret));
  }
}
