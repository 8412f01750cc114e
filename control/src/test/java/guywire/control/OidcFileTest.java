package guywire.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.control.oidc.ClaimedRoles;
import guywire.control.oidc.ClaimedRoles.Grant;
import guywire.control.oidc.ClaimedRoles.Rule;
import guywire.control.oidc.ProviderSettings;
import guywire.control.oidc.ProviderSettings.Required;
import guywire.control.oidc.ProviderSettings.Uninvited;
import guywire.control.store.Scope;
import guywire.network.Name;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The file that says which identity provider a server has. */
class OidcFileTest {

  private static final String LEAST =
      """
      # At home.
      issuer: https://id.example.net/realms/home

      client-id: guywire
      address: https://VPN.example.net:443/
      """;

  private static ProviderSettings settings(String more) throws Server.Refused {
    return OidcFile.parse(LEAST + more, Optional.of("of the environment")).settings();
  }

  @Test
  void what_is_not_said_is_as_most_have_it() throws Exception {
    var least = settings("");
    assertThat(least.name()).isEqualTo("id.example.net");
    assertThat(least.address()).hasToString("https://VPN.example.net");
    assertThat(least.scopes()).containsExactly("openid", "email", "profile");
    assertThat(least.claim()).isEqualTo("email");
    assertThat(least.secret()).contains("of the environment");
    assertThat(least.required()).isEmpty();
    assertThat(least.newcomers()).as("nobody comes in whom nobody named").isEmpty();
    var more =
        settings(
            """
            client-secret: a secret: with a colon
            name: Example ID
            scopes: openid groups
            claim: oid
            require: groups=vpn=1
            newcomers: own two-homes
            """);
    assertThat(more.secret()).contains("a secret: with a colon");
    assertThat(more.required()).contains(new Required("groups", "vpn=1"));
    assertThat(more.newcomers()).contains(new Uninvited(Optional.of(new Name("two-homes"))));
    assertThat(more.toString()).doesNotContain("secret");
    assertThat(OidcFile.parse(LEAST + "client-secret: hidden-one", Optional.empty()).toString())
        .doesNotContain("hidden-one");
  }

  @Test
  void roles_follow_a_claim_the_highest_first_and_nobody_else_is_let_in() throws Exception {
    assertThat(settings("").roles()).as("given here alone").isEmpty();
    var own = new Rule("staff = all", new Grant(Scope.OWN, Optional.empty()));
    var home = new Rule("/home ops", new Grant(Scope.OPERATE, Optional.of(new Name("home"))));
    var everywhere = new Rule("ops", new Grant(Scope.OPERATE, Optional.empty()));
    String lines =
        """
        role: own = staff = all
        role: operate home=/home ops
        role: operate=ops
        """;
    assertThat(settings(lines).roles())
        .contains(
            new ClaimedRoles("groups", List.of(everywhere, home, own), Optional.empty(), true));
    String more = "role-claim: realm_access.roles\nnewcomers: none\nrole-otherwise: own home\n";
    assertThat(settings(lines + more).roles())
        .contains(
            new ClaimedRoles(
                "realm_access.roles",
                List.of(everywhere, home, own),
                Optional.of(new Grant(Scope.OWN, Optional.of(new Name("home")))),
                false));
    assertThat(settings(lines + "role-otherwise: none").roles().orElseThrow().otherwise())
        .isEmpty();
    assertThatThrownBy(() -> settings("role: own=a\n".repeat(201)))
        .isInstanceOf(Server.Refused.class);
  }

  @ParameterizedTest
  @CsvSource({
    "'issuer: https://other.example.net', line 6",
    "'secret: x', line 6",
    "'no colon', line 6",
    "'name:', line 6",
    "'scopes: email', openid",
    "'require: groups', require",
    "'newcomers: administer', newcomers",
    "'newcomers: own A B', newcomers",
    "'claim: a b', claim",
    "'role: boss=vpn', ROLE=VALUE",
    "'role: join=vpn', ROLE=VALUE",
    "'role: own', ROLE=VALUE",
    "'role: own=', ROLE=VALUE",
    "'role: =vpn', ROLE=VALUE",
    "'role: own A=vpn', ROLE=VALUE",
    "'role: own home office=vpn', ROLE=VALUE",
    "'role-otherwise: own', role-claim",
    "'role-claim: groups', role-claim",
    "'role: own=vpn\nrole-otherwise: keep', role-otherwise",
    "'role: own=vpn\nrole-claim: a b', role-claim",
    "'role: own=vpn\nnewcomers: own', newcomers",
    "'ca-file: /nowhere', /nowhere",
  })
  void what_is_wrong_is_named(String line, String named) {
    assertThatThrownBy(() -> settings(line))
        .isInstanceOfSatisfying(
            Server.Refused.class, refused -> assertThat(refused.text()).asString().contains(named));
  }

  @ParameterizedTest
  @CsvSource({
    "https://id.example.net/realms/home, http://id.example.net, issuer",
    "https://id.example.net/realms/home, https://a:b@id.example.net, issuer",
    "https://id.example.net/realms/home, https://id.example.net?a=b, issuer",
    "https://VPN.example.net:443/, http://vpn.example.net, address",
    "https://VPN.example.net:443/, https://vpn.example.net/guywire, address",
    "https://VPN.example.net:443/, vpn, address",
  })
  void both_ends_are_reached_over_tls(String former, String other, String named) {
    assertThatThrownBy(() -> OidcFile.parse(LEAST.replace(former, other), Optional.empty()))
        .isInstanceOfSatisfying(
            Server.Refused.class, refused -> assertThat(refused.text()).asString().contains(named));
  }
}
