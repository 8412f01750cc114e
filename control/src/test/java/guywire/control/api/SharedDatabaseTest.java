package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.api.RunningServer.Said;
import guywire.control.store.Database;
import guywire.control.store.PostgresCluster;
import guywire.control.store.Scope;
import guywire.control.store.SqlDialect;
import guywire.network.json.NodeId;
import guywire.network.managed.Report;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two servers over one database of a real PostgreSQL: what one knows of who asks, the other does.
 */
@Timeout(300)
class SharedDatabaseTest {

  private static final String BASE = "/api/v1";
  private static final String PASSWORD = "correct horse battery";

  private RunningServer one;
  private RunningServer other;
  private String admin;

  @BeforeEach
  void start() throws Exception {
    var source = PostgresCluster.running().database();
    one = RunningServer.over(Database.of(SqlDialect.POSTGRESQL, source), Api.Patience.USUAL);
    other = RunningServer.over(Database.of(SqlDialect.POSTGRESQL, source), Api.Patience.USUAL);
    admin = one.token(Scope.ADMINISTER, Optional.empty());
    one.network(RunningServer.HOMES);
    var set =
        one.ask("PUT", BASE + "/self/password", admin, "{\"password\": \"" + PASSWORD + "\"}");
    assertThat(set.status()).isEqualTo(200);
  }

  @AfterEach
  void stop() {
    one.close();
    other.close();
  }

  private static Said signIn(RunningServer server, String password) {
    return new Browser(server)
        .page("POST", "/session", "", "{\"name\": \"anna\", \"password\": \"" + password + "\"}");
  }

  @Test
  void who_signed_in_at_one_is_signed_in_at_the_other_until_he_signs_out_anywhere() {
    String cookie = Browser.cookie(signIn(one, PASSWORD));
    var there = new Browser(other);
    assertThat(there.page("GET", "/networks", cookie, "").status()).isEqualTo(200);
    assertThat(there.page("DELETE", "/session", cookie, "").status()).isEqualTo(200);
    assertThat(new Browser(one).page("GET", "/networks", cookie, "").status()).isEqualTo(401);
  }

  @Test
  void wrong_passwords_count_together_and_who_is_shut_out_is_so_everywhere() {
    // All but two at once: to try so many takes longer on a busy machine than they count.
    one.database.write(session -> {
      for (int i = 0; i < Passwords.WRONG - 2; i++) {
        Passwords.GUESSES.wrong(session, "anna", Instant.now());
      }
      return true;
    });
    for (var server : List.of(one, other)) {
      assertThat(signIn(server, "wrong wrong wrong").code()).isEqualTo("wrong-password");
    }
    for (var server : List.of(one, other)) {
      assertThat(signIn(server, PASSWORD).code()).isEqualTo("shut");
    }
  }

  private TestHost joined() throws Exception {
    var host = new TestHost(one);
    String token =
        one.post(BASE + "/networks/two-homes/invitations", admin, "{\"approved\": true}")
            .json()
            .get("token")
            .asString();
    assertThat(host.join(token, "router-a").status()).isEqualTo(201);
    return host;
  }

  private String id() {
    return one.get(BASE + "/networks/two-homes/hosts", admin).json().at("/items/0/id").asString();
  }

  @Test
  void a_host_that_proved_itself_at_one_is_known_at_the_other() throws Exception {
    var host = joined();
    String token = host.arrive(id()).json().get("token").asString();
    String report =
        Report.CODEC.write(
            new Report(1, "0", Optional.empty(), Optional.empty(), List.of(), List.of()));
    assertThat(other.post(BASE + "/host/reports", token, report).status()).isEqualTo(200);
    assertThat(one.ask("DELETE", BASE + "/networks/two-homes/hosts/" + id(), admin, "").status())
        .isEqualTo(200);
    assertThat(other.post(BASE + "/host/reports", token, report).status()).isEqualTo(401);
  }

  @Test
  void what_one_gave_to_sign_is_good_at_the_other_and_at_both_together_once() throws Exception {
    var host = joined();
    String signed = host.arrival(new NodeId(id()), host.challenge(), one.fingerprint);
    assertThat(other.post(BASE + "/host/session", "", signed).status()).isEqualTo(201);
    assertThat(one.post(BASE + "/host/session", "", signed).status()).isEqualTo(401);
    assertThat(other.post(BASE + "/host/session", "", signed).status()).isEqualTo(401);
  }

  @Test
  void of_two_who_change_the_same_version_at_two_servers_one_is_told_that_he_is_late()
      throws Exception {
    for (int version = 1; version <= 4; version++) {
      var asked = new ArrayList<Callable<Said>>();
      for (var server : List.of(one, other)) {
        String text = RunningServer.HOMES + "# version " + version + " by " + server.api.port();
        String body =
            RunningServer.MAPPER
                .createObjectNode()
                .put("definition", text)
                .put("expected-version", version)
                .toString();
        asked.add(() -> server.post(BASE + "/networks/two-homes/changes", admin, body));
      }
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        var statuses = new ArrayList<Integer>();
        for (var answer : threads.invokeAll(asked)) {
          statuses.add(answer.get().status());
        }
        assertThat(statuses).contains(409).anyMatch(status -> status < 300);
      }
    }
    assertThat(other.get(BASE + "/networks/two-homes", admin).json().get("version").asLong())
        .isEqualTo(5);
  }
}
