package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.api.RunningServer.Said;
import guywire.control.store.Networks;
import guywire.control.store.Scope;
import guywire.control.store.Users;
import guywire.network.Name;
import guywire.protocol.PrivateKey;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Users with roles, as administrators make them, and what each role can do with the page. */
@Timeout(120)
class RolesTest {

  private static final String BASE = "/api/v1";
  private static final String AT = "/networks/two-homes";
  private static final String PASSWORD = "correct horse battery";

  @TempDir Path directory;
  private RunningServer server;
  private Browser browser;
  private String admin;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory);
    browser = new Browser(server);
    admin = server.token(Scope.ADMINISTER, Optional.empty());
    server.network(RunningServer.LOOSE);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static String credentials(String name, String password) {
    return "{\"name\": \"%s\", \"password\": \"%s\"}".formatted(name, password);
  }

  private String signIn(String name) {
    var said = browser.page("POST", "/session", "", credentials(name, PASSWORD));
    assertThat(said.status()).as(said.text()).isEqualTo(201);
    return Browser.cookie(said);
  }

  private Said make(String name, String role) {
    return server.post(
        BASE + "/users",
        admin,
        "{\"name\": \"%s\", \"password\": \"%s\", %s}".formatted(name, PASSWORD, role));
  }

  private String made(String name, String role) {
    var said = make(name, role);
    assertThat(said.status()).as(said.text()).isEqualTo(201);
    return signIn(name);
  }

  private static String device(String name) {
    var key = PrivateKey.generate(new Random(name.hashCode())).publicKey();
    return "{\"name\": \"%s\", \"kind\": \"ios\", \"public-key\": \"%s\"}".formatted(name, key);
  }

  @Test
  void operators_do_what_readers_and_owners_do_and_neither_of_these_what_the_other_does() {
    var roles = Arrays.stream(Scope.values()).filter(scope -> !scope.isErrand()).toList();
    assertThat(roles).hasSize(4);
    for (var scope : roles) {
      assertThat(Scope.ADMINISTER.includes(scope)).isTrue();
      assertThat(Scope.OPERATE.includes(scope)).isEqualTo(scope != Scope.ADMINISTER);
      assertThat(Scope.READ.includes(scope)).isEqualTo(scope == Scope.READ);
      assertThat(Scope.OWN.includes(scope)).isEqualTo(scope == Scope.OWN);
    }
  }

  @Test
  void who_has_own_devices_adds_sees_and_removes_them_and_learns_of_no_other() {
    String ben = made("ben", "\"scope\": \"own\", \"network\": \"two-homes\"");
    String eve = made("eve", "\"scope\": \"own\"");
    assertThat(browser.page("GET", AT + "/devices", ben, "").json().get("items")).isEmpty();
    var added = browser.page("POST", AT + "/devices", ben, device("ben-phone"));
    assertThat(added.status()).as(added.text()).isEqualTo(201);
    assertThat(added.json().has("preview")).isFalse();
    assertThat(added.json().at("/device/owner").asString()).isEqualTo("ben");
    String seen = browser.page("GET", AT + "/devices", ben, "").text();
    assertThat(seen).contains("ben-phone").doesNotContain("iphone", "macbook");
    assertThat(browser.page("GET", AT + "/devices", eve, "").text()).doesNotContain("phone");
    assertThat(browser.page("GET", AT + "/nodes/ben-phone/document", ben, "").status())
        .isEqualTo(200);
    for (var other : new String[] {"iphone", "ecs"}) {
      assertThat(browser.page("GET", AT + "/nodes/" + other + "/document", ben, "").status())
          .isEqualTo(404);
    }
    assertThat(browser.page("GET", AT + "/nodes/ben-phone/document", eve, "").status())
        .isEqualTo(404);
    assertThat(browser.page("DELETE", AT + "/devices/ben-phone", eve, "").status()).isEqualTo(404);
    assertThat(
            browser
                .page("PUT", AT + "/devices/ben-phone/state", ben, "{\"state\": \"active\"}")
                .code())
        .isEqualTo("beyond-token");
    assertThat(browser.page("GET", AT + "/nodes", ben, "").code()).isEqualTo("beyond-token");
    assertThat(browser.page("GET", AT + "/definition", ben, "").code()).isEqualTo("beyond-token");
    assertThat(browser.page("DELETE", AT + "/devices/ben-phone", ben, "").status()).isEqualTo(200);
    // He can't make himself the owner of another's by what he sends.
    assertThat(
            browser
                .page(
                    "POST", AT + "/devices", ben, device("x").replace("}", ", \"owner\": \"eve\"}"))
                .code())
        .isEqualTo("unknown-member");
  }

  @Test
  void an_operator_gives_a_device_to_somebody_and_takes_it_back() {
    String ben = made("ben", "\"scope\": \"own\"");
    String owner = AT + "/devices/iphone/owner";
    assertThat(server.ask("PUT", BASE + owner, admin, "{\"owner\": \"nobody\"}").code())
        .isEqualTo("no-user");
    assertThat(server.ask("PUT", BASE + owner, admin, "{\"owner\": \"ben\"}").status())
        .isEqualTo(200);
    assertThat(browser.page("GET", AT + "/devices", ben, "").text()).contains("iphone");
    assertThat(server.ask("PUT", BASE + owner, admin, "{}").status()).isEqualTo(200);
    assertThat(browser.page("GET", AT + "/devices", ben, "").text()).doesNotContain("iphone");
  }

  @Test
  void nobody_has_more_devices_of_his_own_than_the_limit() {
    String ben = made("ben", "\"scope\": \"own\"");
    server.database.write(session -> {
      var networks = new Networks(session);
      var network = networks.named(new Name("two-homes")).orElseThrow();
      var names = new HashSet<Name>();
      networks.nodes(network.id()).forEach(node -> names.add(node.name()));
      for (int i = 0; i < DeviceCalls.MOST_OWN; i++) {
        names.add(new Name("own-" + i));
      }
      networks.keepNodes(network.id(), names, new Random(1));
      var owner = new Users(session).named(new Name("ben"));
      for (var node : networks.nodes(network.id())) {
        if (node.name().text().startsWith("own-")) {
          networks.setOwner(network.id(), node.id(), owner);
        }
      }
      return true;
    });
    assertThat(browser.page("POST", AT + "/devices", ben, device("one-more")).code())
        .isEqualTo("enough-devices");
  }

  @Test
  void another_role_counts_at_once_and_takes_tokens_that_may_more_with_it() {
    String ben = made("ben", "\"scope\": \"operate\"");
    String token = "{\"owner\": \"ben\", \"scope\": \"%s\"}";
    var more = server.post(BASE + "/tokens", admin, token.formatted("operate")).json();
    var less = server.post(BASE + "/tokens", admin, token.formatted("read")).json();
    String role = "{\"scope\": \"read\"}";
    assertThat(browser.page("PUT", "/users/ben", ben, role).code()).isEqualTo("beyond-token");
    assertThat(server.ask("PUT", BASE + "/users/ben", admin, role).status()).isEqualTo(200);
    assertThat(browser.page("GET", "/self", ben, "").code()).isEqualTo("signed-out");
    assertThat(server.get(BASE + "/self", more.get("token").asString()).status()).isEqualTo(401);
    assertThat(server.get(BASE + "/self", less.get("token").asString()).status()).isEqualTo(200);
    String again = signIn("ben");
    assertThat(browser.page("GET", AT + "/definition", again, "").status()).isEqualTo(200);
    assertThat(browser.page("POST", AT + "/devices", again, device("tablet")).code())
        .isEqualTo("beyond-token");
  }

  @Test
  void who_is_removed_is_let_in_no_more_by_any_way() {
    String ben = made("ben", "\"scope\": \"own\"");
    var token =
        server.post(BASE + "/tokens", admin, "{\"owner\": \"ben\", \"scope\": \"own\"}").json();
    assertThat(browser.page("POST", AT + "/devices", ben, device("ben-phone")).status())
        .isEqualTo(201);
    assertThat(make("ben", "\"scope\": \"administer\"").code()).isEqualTo("user-there");
    assertThat(server.ask("DELETE", BASE + "/users/ben", admin, "").status()).isEqualTo(200);
    assertThat(browser.page("GET", "/self", ben, "").code()).isEqualTo("signed-out");
    assertThat(server.get(BASE + "/self", token.get("token").asString()).status()).isEqualTo(401);
    assertThat(browser.page("POST", "/session", "", credentials("ben", PASSWORD)).code())
        .isEqualTo("wrong-password");
    assertThat(server.get(BASE + "/users", admin).text()).doesNotContain("ben");
    // Who has his name later has not his devices.
    String other = made("ben", "\"scope\": \"own\"");
    assertThat(browser.page("GET", AT + "/devices", other, "").text()).doesNotContain("ben-phone");
  }

  @Test
  void nobody_changes_his_own_role_or_removes_himself() {
    String ben = made("ben", "\"scope\": \"administer\"");
    assertThat(browser.page("PUT", "/users/ben", ben, "{\"scope\": \"read\"}").code())
        .isEqualTo("oneself");
    assertThat(browser.page("DELETE", "/users/ben", ben, "").code()).isEqualTo("oneself");
    // One who is for a network alone has no say about users, even as its administrator.
    String part = made("paul", "\"scope\": \"administer\", \"network\": \"two-homes\"");
    assertThat(browser.page("GET", "/users", part, "").code()).isEqualTo("beyond-token");
  }

  @Test
  void a_name_that_is_guessed_at_from_many_addresses_is_shut_for_a_while() throws Exception {
    made("ben", "\"scope\": \"read\"");
    String wrong = credentials("ben", "is it this one?");
    int guesses = 0;
    for (int i = 1; guesses < Passwords.WRONG; i++) {
      try (var client = server.at("127.0.3." + i)) {
        for (int j = 1; j < Throttle.WRONG_TOKENS && guesses < Passwords.WRONG; j++) {
          assertThat(new Browser(server, client).page("POST", "/session", "", wrong).code())
              .isEqualTo("wrong-password");
          guesses++;
        }
      }
    }
    try (var client = server.at("127.0.4.1")) {
      var said =
          new Browser(server, client).page("POST", "/session", "", credentials("ben", PASSWORD));
      assertThat(said.status()).isEqualTo(429);
      assertThat(said.code()).isEqualTo("shut");
      assertThat(said.response().headers().firstValue("Retry-After")).isPresent();
      // Another name is not.
      assertThat(
              new Browser(server, client)
                  .page("POST", "/session", "", credentials("eve", PASSWORD))
                  .code())
          .isEqualTo("wrong-password");
    }
  }
}
