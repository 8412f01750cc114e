package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.oidc.ProviderSettings.Required;
import guywire.control.oidc.ProviderSettings.Uninvited;
import guywire.network.Name;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Who is let in by an identity provider, and as whom: GHSA-2r2v-9pf8-6342 (accounts that are taken
 * over).
 */
@Timeout(180)
class OidcPeopleTest extends WithProvider {

  @Test
  void who_was_named_is_let_in_and_is_known_by_the_providers_number_from_then_on() {
    var ben = browser.page("GET", "/session", signedIn(), "").json();
    assertThat(ben.get("name").asString()).isEqualTo("ben");
    assertThat(ben.get("scope").asString()).isEqualTo("operate");
    assertThat(ben.get("password").asBoolean()).isFalse();
    var user = server.get(BASE + "/users", admin).json().at("/items/0");
    assertThat(user.get("identity").asString()).isEqualTo("ben@example.net");
    assertThat(user.get("linked").asBoolean()).isTrue();
    // Another address, the same one.
    provider.change = claims -> claims.claim("email", "benjamin@example.net");
    signedIn();
    // The same address, somebody else: whoever has it now is not let in by it.
    provider.change = claims -> claims.subject("subject-of-mallory");
    refused(signIn(), 403, "not-let-in");
    var audit = server.get(BASE + "/audit", admin).text();
    assertThat(audit).contains("identity-linked").contains("subject-of-ben").contains("signed-in");
  }

  @Test
  void an_address_counts_only_if_the_provider_has_verified_it() {
    for (FakeProvider.Change change :
        List.<FakeProvider.Change>of(
            claims -> claims.claim("email_verified", false),
            claims -> claims.claim("email_verified", null),
            claims -> claims.claim("email_verified", "yes"),
            // The Kelvin sign, of which the small letter is k.
            claims -> claims.claim("email", "ben@example.net\u212a"),
            claims -> claims.claim("email", "ben@example.net.attacker.example"),
            claims -> claims.claim("email", List.of("ben@example.net")))) {
      provider.change = change;
      refused(signIn(), 403, "not-let-in");
    }
  }

  @Test
  void who_was_removed_is_not_let_in_and_is_no_newcomer() throws Exception {
    newcomers = Optional.of(new Uninvited(Optional.empty()));
    restart(Duration.ofSeconds(20));
    String session = signedIn();
    assertThat(server.ask("DELETE", BASE + "/users/ben", admin, "").status()).isEqualTo(200);
    assertThat(browser.page("GET", "/self", session, "").code()).isEqualTo("signed-out");
    refused(signIn(), 403, "not-let-in");
    // Let in again, also by another name.
    String again = BEN.replace("\"ben\"", "\"benjamin\"");
    assertThat(server.post(BASE + "/users", admin, again).status()).isEqualTo(201);
    assertThat(browser.page("GET", "/session", signedIn(), "").json().get("name").asString())
        .isEqualTo("benjamin");
  }

  @Test
  void newcomers_get_devices_of_their_own_and_nobodys_name() throws Exception {
    server.network(RunningServer.LOOSE);
    newcomers = Optional.of(new Uninvited(Optional.of(new Name("two-homes"))));
    restart(Duration.ofSeconds(20));
    provider.change =
        claims -> claims.subject("other").claim("preferred_username", "Anna").claim("email", null);
    // There is an anna, whose tokens administer the server.
    var said = browser.page("GET", "/session", signedIn(), "").json();
    assertThat(said.get("name").asString()).isEqualTo("anna-2");
    assertThat(said.get("scope").asString()).isEqualTo("own");
    assertThat(said.get("everywhere").asBoolean()).isFalse();
    // Comes again, and is the same.
    assertThat(browser.page("GET", "/session", signedIn(), "").json().get("name").asString())
        .isEqualTo("anna-2");
    provider.change =
        claims ->
            claims.subject("nameless").claim("preferred_username", "\u202e").claim("email", null);
    assertThat(browser.page("GET", "/session", signedIn(), "").json().get("name").asString())
        .isEqualTo("user");
    assertThat(server.get(BASE + "/audit", admin).text()).contains("newcomer-let-in");
  }

  @Test
  void what_all_have_to_have_is_asked_of_everybody() throws Exception {
    required = Optional.of(new Required("groups", "vpn"));
    restart(Duration.ofSeconds(20));
    refused(signIn(), 403, "not-let-in");
    provider.change = claims -> claims.claim("groups", List.of("staff", "vpn-admins"));
    refused(signIn(), 403, "not-let-in");
    provider.change = claims -> claims.claim("groups", List.of("staff", "vpn"));
    signedIn();
    provider.change = _ -> {};
    refused(signIn(), 403, "not-let-in");
  }

  @Test
  void another_claim_names_people_to_the_letter() throws Exception {
    claim = "preferred_username";
    restart(Duration.ofSeconds(20));
    String eve = "{\"name\": \"eve\", \"scope\": \"read\", \"identity\": \"%s\"}";
    assertThat(server.post(BASE + "/users", admin, eve.formatted("ben")).status()).isEqualTo(201);
    refused(signIn(), 403, "not-let-in");
    String changed = "{\"scope\": \"read\", \"identity\": \"Ben\"}";
    assertThat(server.ask("PUT", BASE + "/users/eve", admin, changed).status()).isEqualTo(200);
    assertThat(browser.page("GET", "/session", signedIn(), "").json().get("name").asString())
        .isEqualTo("eve");
  }

  @Test
  void an_administrator_says_by_what_somebody_signs_in_and_leaves_him_a_way() {
    String users = BASE + "/users";
    String cal = "{\"name\": \"cal\", \"scope\": \"read\"%s}";
    assertThat(server.post(users, admin, cal.formatted("")).code()).isEqualTo("missing");
    assertThat(server.post(users, admin, cal.formatted(", \"identity\": \"cal\"")).code())
        .isEqualTo("bad-identity");
    assertThat(
            server.post(users, admin, cal.formatted(", \"identity\": \"BEN@example.net\"")).code())
        .isEqualTo("identity-there");
    String password = ", \"password\": \"" + PASSWORD + "\"";
    assertThat(server.post(users, admin, cal.formatted(password)).status()).isEqualTo(201);
    String role = "{\"scope\": \"read\"%s}";
    assertThat(
            server
                .ask("PUT", users + "/cal", admin, role.formatted(", \"without-password\": true"))
                .code())
        .isEqualTo("no-way-in");
    String session = signedIn();
    // The same once more, such as when the provider is another one: he is signed out, and comes
    // anew.
    var anew = role.formatted(", \"identity\": \"ben@example.net\"");
    assertThat(server.ask("PUT", users + "/ben", admin, anew).json().get("linked").asBoolean())
        .isFalse();
    assertThat(browser.page("GET", "/self", session, "").code()).isEqualTo("signed-out");
    session = signedIn();
    // Another name there: who he was there, he is no longer, and he is signed out.
    var changed =
        server.ask(
            "PUT", users + "/ben", admin, role.formatted(", \"identity\": \"b@example.net\""));
    assertThat(changed.json().get("linked").asBoolean()).isFalse();
    assertThat(browser.page("GET", "/self", session, "").code()).isEqualTo("signed-out");
    refused(signIn(), 403, "not-let-in");
    assertThat(
            server.ask("PUT", users + "/ben", admin, role.formatted(", \"identity\": \"\"")).code())
        .isEqualTo("no-way-in");
    assertThat(server.ask("PUT", users + "/ben", admin, role.formatted(password)).status())
        .isEqualTo(200);
    assertThat(browser.page("POST", "/session", "", credentials("ben")).status()).isEqualTo(201);
    changed =
        server.ask("PUT", users + "/ben", admin, role.formatted(", \"without-password\": true"));
    assertThat(changed.json().get("password").asBoolean()).isFalse();
    assertThat(browser.page("POST", "/session", "", credentials("ben")).code())
        .isEqualTo("wrong-password");
  }

  @Test
  void who_has_no_password_is_let_in_by_none() {
    signedIn();
    assertThat(browser.page("POST", "/session", "", credentials("ben")).code())
        .isEqualTo("wrong-password");
    assertThat(
            browser
                .page(
                    "PUT",
                    "/session/password",
                    signedIn(),
                    "{\"old\": \"\", \"password\": \"" + PASSWORD + "\"}")
                .code())
        .isEqualTo("wrong-password");
  }
}
