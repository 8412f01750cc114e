package guywire.control;

import guywire.control.store.Database;
import guywire.control.store.Scope;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import guywire.control.store.Tokens;
import guywire.network.Name;
import java.time.Clock;
import java.util.Optional;

/** Somebody who may do everything. */
public final class Administrators {

  private Administrators() {}

  /** Makes one, with this secret. */
  public static Token add(Database database, TokenSecret secret) {
    var wanted =
        new Tokens.Wanted(
            new Name("anna"),
            "",
            Scope.ADMINISTER,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return database.write(
        session -> new Tokens(session).add(secret, wanted, Clock.systemUTC().instant()));
  }
}
