package guywire.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.control.oidc.ProviderSettings;
import guywire.control.oidc.ProviderSettings.Required;
import guywire.control.oidc.ProviderSettings.Uninvited;
import guywire.network.Name;
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
