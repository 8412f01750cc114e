package guywire.control.store;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Name;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Users, their roles and second factors, on both databases. */
@Timeout(120)
class UsersTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final PasswordDigest PASSWORD = PasswordDigest.of("a few good words");

  @TempDir Path directory;

  private static Users.Account made(Session session, String name, Scope scope) {
    var user = new Tokens(session).user(new Name(name), NOW);
    var account = new Users.Account(user, PASSWORD, scope, Optional.empty());
    new Users(session).setPassword(user, PASSWORD);
    new Users(session).setRole(account);
    return account;
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void of_many_who_show_the_same_code_at_several_servers_one_is_let_in(Kind kind) throws Exception {
    var fresh = kind.fresh(directory);
    try (var one = fresh.open();
        var other = fresh.open();
        var threads = Executors.newFixedThreadPool(8)) {
      var secret = CodeSecret.random();
      long step = CodeSecret.stepAt(NOW);
      record Begun(User user, String written) {}
      var begun =
          one.write(session -> {
            var user = made(session, "anna", Scope.OPERATE).user();
            var factors = new SecondFactors(session);
            assertThat(factors.begin(user, secret)).isTrue();
            assertThat(factors.has(user)).isFalse();
            assertThat(factors.confirm(user, secret.code(step - 1), NOW)).isTrue();
            assertThat(factors.begin(user, CodeSecret.random())).isFalse();
            return new Begun(user, factors.newRecoveryCodes(user).getFirst());
          });
      for (var code : new String[] {secret.code(step), begun.written()}) {
        var tries = new ArrayList<Future<Boolean>>();
        for (int i = 0; i < 16; i++) {
          var database = i % 2 == 0 ? one : other;
          Function<Session, Boolean> accept =
              session -> new SecondFactors(session).accept(begun.user(), code, NOW);
          tries.add(threads.submit(() -> database.write(accept)));
        }
        int accepted = 0;
        for (var each : tries) {
          accepted += each.get() ? 1 : 0;
        }
        assertThat(accepted).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void who_is_removed_leaves_nothing_that_lets_him_in_and_what_he_did_stays(Kind kind)
      throws Exception {
    try (var database = kind.fresh(directory).open()) {
      var token = TokenSecret.random();
      var signedIn = TokenSecret.random();
      var user =
          database.write(session -> {
            Crash.change(session, 0);
            var account = made(session, "anna", Scope.OWN);
            var networks = new Networks(session);
            networks.keepNodes(Crash.ID, Set.of(new Name("phone")), new Random(2));
            var phone = networks.node(Crash.ID, new Name("phone")).orElseThrow();
            networks.setOwner(Crash.ID, phone.id(), Optional.of(account.user()));
            var tokens = new Tokens(session);
            var made =
                tokens.add(
                    token,
                    new Tokens.Wanted(
                        new Name("anna"),
                        "",
                        Scope.OWN,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                    NOW);
            tokens.addSession(signedIn, account, NOW);
            new SecondFactors(session).begin(account.user(), CodeSecret.random());
            new Audit(session).add(NOW, made, "device-added", Optional.empty(), "phone", "");
            return account.user();
          });
      assertThat(owner(database)).contains(user);
      database.write(session -> {
        new Users(session).remove(user);
        return true;
      });
      assertThat(owner(database)).isEmpty();
      for (var secret : new TokenSecret[] {token, signedIn}) {
        Function<Session, Optional<Token>> valid =
            session -> new Tokens(session).valid(secret, NOW);
        assertThat(database.read(valid)).isEmpty();
      }
      database.read(session -> {
        assertThat(new Users(session).all()).isEmpty();
        assertThat(new Audit(session).page(Optional.empty(), WholeLog.ALL, WholeLog.FIRST).items())
            .anyMatch(entry -> entry.actor().equals("anna"));
        return true;
      });
    }
  }

  private static Optional<User> owner(Database database) {
    return database
        .read(session -> new Networks(session).node(Crash.ID, new Name("phone")))
        .flatMap(StoredNode::owner);
  }
}
