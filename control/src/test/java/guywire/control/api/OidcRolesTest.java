package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.oidc.ClaimedRoles;
import guywire.control.oidc.ClaimedRoles.Grant;
import guywire.control.oidc.ClaimedRoles.Rule;
import guywire.control.store.Scope;
import guywire.network.Name;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What somebody may do by what the identity provider says of him. */
@Timeout(180)
class OidcRolesTest extends WithProvider {

  private static final String USERS = BASE + "/users";
  private static final String TOKENS = BASE + "/tokens";

  private static final List<Rule> RULES =
      List.of(
          rule("staff", Scope.OWN, ""),
          rule("auditors", Scope.READ, ""),
          rule("gone-ops", Scope.ADMINISTER, "no-such-network"),
          rule("homes-ops", Scope.OPERATE, "two-homes"),
          rule("ops", Scope.OPERATE, ""),
          rule("admins", Scope.ADMINISTER, ""));

  private static Rule rule(String value, Scope scope, String network) {
    return new Rule(value, new Grant(scope, Name.tryParse(network)));
  }

  private void serveRoles(String claim, Optional<Grant> otherwise, boolean newcomers)
      throws Exception {
    roles = Optional.of(new ClaimedRoles(claim, RULES, otherwise, newcomers));
    restart(Duration.ofSeconds(20));
  }

  private void serveRoles() throws Exception {
    serveRoles("groups", Optional.empty(), true);
  }

  private void groups(Object claim) {
    provider.change = claims -> claims.claim("groups", claim);
  }

  /** Signs in, and tells what he may do then. */
  private String role() {
    var said = browser.page("GET", "/session", signedIn(), "").json();
    return said.get("scope").asString() + (said.get("everywhere").asBoolean() ? "" : " somewhere");
  }

  private String token(String scope) {
    var said =
        server.post(TOKENS, admin, "{\"owner\": \"ben\", \"scope\": \"%s\"}".formatted(scope));
    assertThat(said.status()).as(said.text()).isEqualTo(201);
    return said.json().get("token").asString();
  }

  private void give(String name, String more) {
    var said = server.ask("PUT", USERS + "/" + name, admin, "{" + more + "}");
    assertThat(said.status()).as(said.text()).isEqualTo(200);
  }

  @Test
  void the_highest_of_his_roles_counts_anew_at_each_sign_in() throws Exception {
    server.network(RunningServer.LOOSE);
    serveRoles();
    groups(List.of("staff", "others"));
    assertThat(role()).as("not what an administrator gave him").isEqualTo("own");
    groups(List.of("staff", "homes-ops"));
    assertThat(role()).isEqualTo("operate somewhere");
    groups(List.of("homes-ops", "ops", "auditors"));
    assertThat(role()).isEqualTo("operate");
    groups(List.of("gone-ops", "staff"));
    assertThat(role()).as("there is no such network").isEqualTo("own");
    groups("admins");
    assertThat(role()).as("a text in place of a list").isEqualTo("administer");
    // What an administrator gives him lasts until then.
    assertThat(server.get(USERS, admin).json().at("/items/0/role-by-provider").asBoolean())
        .isTrue();
    give("ben", "\"scope\": \"read\"");
    assertThat(role()).isEqualTo("administer");
    var audit = server.get(BASE + "/audit", admin).json().get("items");
    var followed = new ArrayList<String>();
    for (var entry : audit) {
      if (entry.get("action").asString().equals("role-followed")) {
        assertThat(entry.get("subject").asString()).isEqualTo("ben");
        followed.add(entry.get("detail").asString());
      }
    }
    Collections.reverse(followed);
    assertThat(followed)
        .containsExactly(
            "operate -> own",
            "own -> operate two-homes",
            "operate two-homes -> operate",
            "operate -> own",
            "own -> administer",
            "read -> administer");
  }

  @Test
  void a_lower_role_ends_sessions_and_takes_tokens_that_may_more() throws Exception {
    serveRoles();
    groups(List.of("ops"));
    String session = signedIn();
    String more = token("operate");
    String less = token("read");
    signedIn();
    assertThat(server.get(BASE + "/self", more).status()).as("the same role").isEqualTo(200);
    groups(List.of("auditors"));
    signedIn();
    assertThat(browser.page("GET", "/self", session, "").code()).isEqualTo("signed-out");
    assertThat(server.get(BASE + "/self", more).status()).isEqualTo(401);
    assertThat(server.get(BASE + "/self", less).status()).isEqualTo(200);
  }

  @Test
  void who_has_no_role_is_not_let_in_and_what_he_had_ends() throws Exception {
    serveRoles();
    refused(signIn(), 403, "not-let-in");
    assertThat(server.get(USERS, admin).json().at("/items/0/linked").asBoolean()).isFalse();
    groups(List.of("ops"));
    String session = signedIn();
    String token = token("read");
    groups(List.of());
    refused(signIn(), 403, "not-let-in");
    assertThat(browser.page("GET", "/self", session, "").code()).isEqualTo("signed-out");
    assertThat(server.get(BASE + "/self", token).status()).isEqualTo(401);
    refused(signIn(), 403, "not-let-in");
    assertThat(server.get(BASE + "/audit", admin).text()).containsOnlyOnce("access-followed");
    groups(List.of("ops"));
    assertThat(role()).isEqualTo("operate");
    // Removed here: the group does not bring him back.
    assertThat(server.ask("DELETE", USERS + "/ben", admin, "").status()).isEqualTo(200);
    refused(signIn(), 403, "not-let-in");
  }

  @Test
  void the_others_get_what_the_settings_say() throws Exception {
    serveRoles("groups", Optional.of(new Grant(Scope.READ, Optional.empty())), true);
    assertThat(role()).isEqualTo("read");
    groups(List.of("admins"));
    assertThat(role()).isEqualTo("administer");
  }

  @Test
  void whom_nobody_named_comes_in_by_his_role_unless_the_settings_say_no() throws Exception {
    serveRoles();
    provider.change =
        claims ->
            claims
                .subject("of-cal")
                .claim("email", null)
                .claim("preferred_username", "cal")
                .claim("groups", List.of("ops"));
    assertThat(role()).isEqualTo("operate");
    assertThat(server.get(USERS, admin).text()).contains("\"cal\"");
    serveRoles("groups", Optional.empty(), false);
    assertThat(role()).as("he is there by now").isEqualTo("operate");
    provider.change =
        claims -> claims.subject("of-dan").claim("email", null).claim("groups", List.of("admins"));
    refused(signIn(), 403, "not-let-in");
    provider.change = claims -> claims.claim("groups", List.of("admins"));
    assertThat(role()).as("ben was named").isEqualTo("administer");
  }

  @Test
  void the_last_administrator_keeps_his_role() throws Exception {
    serveRoles();
    give("ben", "\"scope\": \"administer\", \"password\": \"" + PASSWORD + "\"");
    String token = token("administer");
    groups(List.of("staff"));
    assertThat(role()).isEqualTo("administer");
    // He is not let in without a role; by his password he is, and nothing of his has ended.
    groups(List.of());
    refused(signIn(), 403, "not-let-in");
    assertThat(server.get(BASE + "/self", token).status()).isEqualTo(200);
    String session = Browser.cookie(browser.page("POST", "/session", "", credentials("ben")));
    assertThat(browser.page("GET", "/users", session, "").status()).isEqualTo(200);
    // Who administers by the provider alone does not take his place.
    provider.change =
        claims ->
            claims
                .subject("of-cal")
                .claim("email", null)
                .claim("preferred_username", "cal")
                .claim("groups", List.of("admins"));
    assertThat(role()).isEqualTo("administer");
    groups(List.of("staff"));
    assertThat(role()).isEqualTo("administer");
    String eve =
        "{\"name\": \"eve\", \"scope\": \"administer\", \"password\": \"" + PASSWORD + "\"}";
    assertThat(server.post(USERS, admin, eve).status()).isEqualTo(201);
    assertThat(role()).as("eve can set things right").isEqualTo("own");
  }

  @Test
  void of_those_who_come_by_the_provider_alone_the_last_administrator_keeps_his_role_too()
      throws Exception {
    serveRoles();
    groups(List.of("admins"));
    assertThat(role()).isEqualTo("administer");
    groups(List.of("staff"));
    assertThat(role()).isEqualTo("administer");
    provider.change =
        claims -> claims.subject("of-cal").claim("email", null).claim("groups", List.of("admins"));
    assertThat(role()).isEqualTo("administer");
    groups(List.of("staff"));
    assertThat(role()).isEqualTo("own");
  }

  @Test
  void a_claim_that_is_no_text_and_no_list_of_texts_gives_nothing() throws Exception {
    serveRoles();
    for (Object hostile :
        Arrays.asList(
            null,
            1,
            true,
            Map.of("admins", true),
            Map.of("0", "admins"),
            List.of(List.of("admins")),
            List.of(Map.of("name", "admins")),
            List.of(1, false, Map.of()),
            "admins,staff",
            "admins staff",
            "Admins",
            " admins",
            "admins\u0000",
            "ad\u200bmins",
            List.of("admins\n"),
            List.of(""))) {
      groups(hostile);
      refused(signIn(), 403, "not-let-in");
    }
  }

  @Test
  void a_claim_of_many_values_is_read_and_one_without_an_end_is_not() throws Exception {
    serveRoles();
    var many = new ArrayList<String>();
    for (int i = 0; i < 10_000; i++) {
      many.add("group-" + i);
    }
    many.add("auditors");
    groups(many);
    assertThat(role()).isEqualTo("read");
    groups("a".repeat(300_000));
    refused(signIn(), 503, "provider-away");
    Object deep = "admins";
    for (int i = 0; i < 100; i++) {
      deep = List.of(deep);
    }
    groups(deep);
    refused(signIn(), 401, "provider-not-believed");
  }

  @Test
  void a_claim_within_another_is_named_with_dots_and_a_name_with_dots_is_a_name() throws Exception {
    serveRoles("realm_access.roles", Optional.empty(), true);
    provider.change =
        claims -> claims.claim("realm_access", Map.of("roles", List.of("auditors", "x")));
    assertThat(role()).isEqualTo("read");
    for (Object hostile :
        Arrays.asList(
            null,
            "admins",
            List.of("admins"),
            List.of(Map.of("roles", "admins")),
            Map.of("roles", Map.of("roles", "admins")),
            Map.of("Roles", "admins"))) {
      provider.change = claims -> claims.claim("realm_access", hostile);
      refused(signIn(), 403, "not-let-in");
    }
    serveRoles("https://example.net/roles", Optional.empty(), true);
    provider.change = claims -> claims.claim("https://example.net/roles", List.of("ops"));
    assertThat(role()).isEqualTo("operate");
  }

  @Test
  void a_claim_that_the_token_has_not_is_asked_for() throws Exception {
    provider.discovery.put("userinfo_endpoint", provider.issuer() + "/userinfo");
    provider.instead.put(
        "/userinfo",
        exchange ->
            FakeProvider.send(
                exchange, 200, "{\"sub\": \"subject-of-ben\", \"groups\": [\"auditors\"]}"));
    serveRoles();
    assertThat(role()).isEqualTo("read");
    // What the token says, it says with a signature.
    groups(List.of("staff"));
    assertThat(role()).isEqualTo("own");
  }
}
