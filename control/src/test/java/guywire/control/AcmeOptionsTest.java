package guywire.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of an authority is right before it is asked. */
class AcmeOptionsTest {

  private static AcmeOptions parse(String... names) throws Server.Refused {
    return AcmeOptions.parse(
        List.of(names), Optional.empty(), AcmeOptions.USUAL_DIRECTORY, Optional.empty());
  }

  @Test
  void names_are_asked_for_once_in_lower_case_and_as_dns_writes_them() throws Exception {
    assertThat(parse("VPN.Example.net", "vpn.example.net", "b\u00fccher.example").names())
        .containsExactly("vpn.example.net", "xn--bcher-kva.example");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "*.example.net",
        "192.0.2.1",
        "2001:db8::1",
        "a_b.example.net",
        "-a.example.net",
        "a.example.net.",
        "a..example.net",
        "a.example.net/x",
        "a.example.net:443",
        "a\u0000.example.net"
      })
  void what_is_no_name_that_can_be_proven_is_refused_in_one_line(String name) {
    assertThatThrownBy(() -> parse(name))
        .isInstanceOf(Server.Refused.class)
        .hasMessageContaining("--acme")
        .hasMessageNotContaining("\n");
  }

  @Test
  void more_names_than_a_certificate_has_are_refused() {
    var many = IntStream.range(0, 101).mapToObj(i -> "a" + i + ".example").toArray(String[]::new);
    assertThatThrownBy(() -> parse(many)).isInstanceOf(Server.Refused.class);
    assertThatThrownBy(() -> parse()).isInstanceOf(Server.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"anna", "anna@", "@example.net", "anna@example", "a b@example.net", "x?cc=y"})
  void a_contact_is_an_address_of_mail(String contact) {
    assertThatThrownBy(() ->
            AcmeOptions.parse(
                List.of("a.example"),
                Optional.of(contact),
                AcmeOptions.USUAL_DIRECTORY,
                Optional.empty()))
        .isInstanceOf(Server.Refused.class)
        .hasMessageContaining("--acme-contact");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://ca.example/directory",
        "ca.example",
        "https://u:p@ca.example/",
        "acme://pebble"
      })
  void an_authority_is_asked_over_https_alone(String directory) {
    assertThatThrownBy(() ->
            AcmeOptions.parse(List.of("a.example"), Optional.empty(), directory, Optional.empty()))
        .isInstanceOf(Server.Refused.class)
        .hasMessageContaining("--acme-directory");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "key-id: a",
        "hmac-key: VERYSECRETVERYSECRETVERYSECRETVERYSECRETVERYSECRET",
        "key-id: a\nhmac-key: VERYSECRET",
        "key-id: a b\nhmac-key: VERYSECRETVERYSECRETVERYSECRETVERYSECRETVERYSECRET",
        "key-id: a\nhmac-key: VERYSECRET*VERYSECRETVERYSECRETVERYSECRETVERYSECRET",
        "key-id: a\nkey-id: b\nhmac-key: VERYSECRETVERYSECRETVERYSECRETVERYSECRETVERYSECRET",
        "key-id: a\nVERYSECRETVERYSECRETVERYSECRETVERYSECRETVERYSECRET"
      })
  void an_account_that_is_none_is_refused_and_nothing_of_it_is_said(String text) throws Exception {
    var options = parse("a.example");
    assertThatThrownBy(() -> options.withAccount(text))
        .isInstanceOf(Server.Refused.class)
        .hasMessageContaining("--acme-account")
        .hasMessageNotContaining("VERYSECRET");
  }

  @Test
  void the_key_of_an_account_is_read_as_authorities_write_it_and_shown_to_nobody()
      throws Exception {
    for (var key :
        List.of(
            "_-8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "/+8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")) {
      var account =
          parse("a.example")
              .withAccount("key-id: me\nhmac-key: " + key + "\n")
              .settings()
              .account()
              .orElseThrow();
      assertThat(account.keyId()).isEqualTo("me");
      assertThat(account.key().getEncoded()).hasSize(32).startsWith(0xff, 0xef, 0);
      assertThat(account.toString()).isEqualTo("account me");
    }
  }

  @Test
  void who_vouches_for_it_is_in_a_file_of_certificates(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("root.pem"), "nothing of the kind");
    for (var each : List.of(file, directory.resolve("missing"))) {
      assertThatThrownBy(() ->
              AcmeOptions.parse(
                  List.of("a.example"),
                  Optional.empty(),
                  AcmeOptions.USUAL_DIRECTORY,
                  Optional.of(each)))
          .isInstanceOf(Server.Refused.class)
          .hasMessageContaining("--acme-trust");
    }
  }
}
