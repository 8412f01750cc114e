package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.format.Formats;
import guywire.format.input.Format;
import guywire.format.input.Imported;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.text.Finding;
import guywire.network.text.Severity;
import guywire.protocol.PrivateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A few files and nothing else: what is missing is asked for, and said to be what it depends on.
 */
class MissingFactsTest {

  private static final PrivateKey SERVER = PrivateKey.generate(new Random(1));
  private static final PrivateKey LAPTOP = PrivateKey.generate(new Random(2));

  private static final String SERVER_FILE =
      """
      [Interface]
      PrivateKey = %s
      Address = 10.0.0.1/24
      ListenPort = 51820
      [Peer]
      PublicKey = %s
      AllowedIPs = 10.0.0.2/32
      """
          .formatted(SERVER.base64(), LAPTOP.publicKey());

  private static final String LAPTOP_FILE =
      """
      [Interface]
      PrivateKey = %s
      Address = 10.0.0.2/24
      [Peer]
      PublicKey = %s
      Endpoint = vpn.example.com:51820
      AllowedIPs = 10.0.0.0/24
      PersistentKeepalive = 25
      """
          .formatted(LAPTOP.base64(), SERVER.publicKey());

  @Test
  void a_word_of_the_facts_that_is_wrong_has_its_line() {
    var facts =
        FactsFile.parse(
            "facts.yaml",
            """
            hosts:
              server:
                public: 192.0.2.1
                mtu: 99999999
                has:
                  - docker
                  - wifi
                rules:
                  - -A FORWARD -j ACCEPT
                  - what is this
              laptop: {wings: 2}
              phone: {roaming: yes}
              gw: {site: home, router: x}
            sites:
              home: {lan: 192.168.1.1/24}
            """);
    assertThat(facts.findings())
        .extracting(finding -> finding.place().line() + " " + finding.what().key())
        .containsExactlyInAnyOrder(
            "4 facts.number",
            "7 facts.trait",
            "10 facts.rule",
            "11 facts.key",
            "12 facts.flag",
            "13 facts.flag",
            "15 facts.prefix");
    assertThat(FactsFile.parse("facts.yaml", "hosts:\n  a: {b\n").findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.place().line()).isPositive());
  }

  @Test
  void facts_of_a_host_that_has_no_file_are_said_at_their_line() {
    var findings =
        Faults.in(subject("hosts:\n  laptop: {roaming: true}\n  sever: {public: 192.0.2.1}\n"));
    assertThat(findings)
        .filteredOn(finding -> finding.code().equals("A02"))
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.place().line()).isEqualTo(3);
          assertThat(finding.mend().in(Locale.ENGLISH)).contains("laptop, server");
        });
  }

  private static Subject subject(String facts) {
    var read = new ArrayList<Imported>();
    var importer = Formats.importer(Format.WG_QUICK).orElseThrow();
    read.addAll(
        importer.read(new Name("server"), List.of(new SourceFile("server/wg0.conf", SERVER_FILE))));
    read.addAll(
        importer.read(new Name("laptop"), List.of(new SourceFile("laptop/wg0.conf", LAPTOP_FILE))));
    var known = facts.isEmpty() ? Facts.NONE : FactsFile.parse("facts.yaml", facts);
    return Assembly.of(new Name("network"), read, known);
  }

  private static Answer laptopToServer(Subject subject) {
    return Reachability.of(subject.network())
        .answer(
            new Spot.Node(new Name("laptop")),
            new Spot.Node(new Name("server")),
            Family.IPV4,
            Transport.ICMP,
            java.util.OptionalInt.empty())
        .orElseThrow();
  }

  @Test
  void a_server_called_by_a_name_is_reached_if_the_name_leads_there() {
    var answer = laptopToServer(subject(""));
    assertThat(answer.works()).isTrue();
    assertThat(answer.certain()).isFalse();
    assertThat(answer.conditions())
        .extracting(Condition::kind)
        .contains(Condition.Kind.NAME_LEADS_TO);
  }

  @Test
  void it_is_asked_for_by_name_where_the_server_is() {
    var asked =
        subject("").read().stream().filter(f -> f.what().key().equals("assume.named")).toList();
    assertThat(asked).hasSize(1);
    Finding finding = asked.getFirst();
    assertThat(finding.severity()).isEqualTo(Severity.INFO);
    assertThat(finding.what().in(java.util.Locale.ENGLISH)).contains("server", "vpn.example.com");
    assertThat(finding.mend().in(java.util.Locale.ENGLISH))
        .contains("server: with public: ADDRESS");
  }

  @Test
  void what_the_facts_say_of_the_name_is_where_the_server_is() {
    var subject = subject("names:\n  vpn.example.com: [203.0.113.7]\n");
    var attachment = subject.network().underlay().attachment(new Name("server")).orElseThrow();
    assertThat(attachment)
        .isEqualTo(
            new guywire.network.Attachment.Direct(
                new Name("server"), List.of(IpAddress.parse("203.0.113.7"))));
    assertThat(laptopToServer(subject).works()).isTrue();
  }
}
