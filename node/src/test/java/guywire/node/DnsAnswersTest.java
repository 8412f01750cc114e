package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Name;
import guywire.network.NameServer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What the network's name server answers. */
class DnsAnswersTest {

  private static final NameServer SERVER =
      new NameServer(
          List.of(IpAddress.parse("10.0.0.1")),
          "home.internal",
          Map.of(
              new Name("nas"),
              List.of(IpAddress.parse("10.0.0.7"), IpAddress.parse("fd00::7")),
              new Name("hub"),
              List.of(IpAddress.parse("10.0.0.1"))),
          List.of(IpAddress.parse("192.0.2.53")));

  private static final IpAddress ANYBODY = IpAddress.parse("10.0.0.9");

  private final DnsAnswers answers = new DnsAnswers(SERVER);

  private static Message question(String name, int type) throws IOException {
    return Message.newQuery(Record.newRecord(org.xbill.DNS.Name.fromString(name), type, DClass.IN));
  }

  private Message answer(String name, int type) throws IOException {
    return answers.answer(question(name, type), ANYBODY).orElseThrow();
  }

  @Test
  void a_host_has_its_addresses_in_any_spelling_of_its_name() throws IOException {
    var answer = answer("NAS.Home.Internal.", Type.A);
    assertThat(answer.getHeader().getFlag(Flags.AA)).isTrue();
    assertThat(answer.getSection(Section.ANSWER))
        .singleElement()
        .satisfies(record -> assertThat(record.rdataToString()).isEqualTo("10.0.0.7"));
    assertThat(answer("nas.home.internal.", Type.AAAA).getSection(Section.ANSWER)).hasSize(1);
    assertThat(answer("nas.home.internal.", Type.ANY).getSection(Section.ANSWER)).hasSize(2);
  }

  @Test
  void an_address_has_its_hosts_name() throws IOException {
    assertThat(answer("7.0.0.10.in-addr.arpa.", Type.PTR).getSection(Section.ANSWER))
        .singleElement()
        .satisfies(r -> assertThat(r.rdataToString()).isEqualTo("nas.home.internal."));
  }

  @Test
  void a_name_that_is_not_there_is_told_from_one_without_such_an_address() throws IOException {
    var unknown = answer("printer.home.internal.", Type.A);
    assertThat(unknown.getHeader().getRcode()).isEqualTo(Rcode.NXDOMAIN);
    assertThat(unknown.getSection(Section.AUTHORITY)).hasSize(1);
    var noIpv6 = answer("hub.home.internal.", Type.AAAA);
    assertThat(noIpv6.getHeader().getRcode()).isEqualTo(Rcode.NOERROR);
    assertThat(noIpv6.getSection(Section.ANSWER)).isEmpty();
  }

  @Test
  void names_outside_are_for_others() throws IOException {
    assertThat(answers.answer(question("example.org.", Type.A), ANYBODY)).isEmpty();
    assertThat(answers.answer(question("nothome.internal.", Type.A), ANYBODY)).isEmpty();
    assertThat(answers.answer(question("9.0.0.10.in-addr.arpa.", Type.PTR), ANYBODY)).isEmpty();
  }

  /** Two homes with the same LAN: the printer's own address is the alias's real one, too. */
  @Test
  void who_stands_in_a_lan_with_an_alias_is_told_the_machines_own_addresses() throws IOException {
    var nas = new Name("nas");
    var shown = IpAddress.parse("10.201.1.10");
    var real = IpAddress.parse("192.168.1.10");
    var inside = IpAddress.parse("10.0.0.3");
    var views =
        List.of(
            new NameServer.LanView(
                List.of(Prefix.parse("10.0.0.3/32"), Prefix.parse("10.201.1.0/24")),
                Map.of(nas, List.of(real))));
    var zone =
        new DnsAnswers(
            new NameServer(
                List.of(IpAddress.parse("10.0.0.1")),
                "home.internal",
                Map.of(nas, List.of(shown), new Name("hub"), List.of(IpAddress.parse("10.0.0.1"))),
                List.of(),
                views));
    var asked = question("nas.home.internal.", Type.A);
    assertThat(told(zone, asked, inside)).containsExactly("192.168.1.10");
    assertThat(told(zone, asked, IpAddress.parse("10.201.1.77"))).containsExactly("192.168.1.10");
    assertThat(told(zone, asked, ANYBODY)).containsExactly("10.201.1.10");
    assertThat(told(zone, question("hub.home.internal.", Type.A), inside))
        .containsExactly("10.0.0.1");
    var ofReal = question("10.1.168.192.in-addr.arpa.", Type.PTR);
    assertThat(told(zone, ofReal, inside)).containsExactly("nas.home.internal.");
    assertThat(zone.answer(ofReal, ANYBODY)).isEmpty();
    assertThat(told(zone, question("10.1.201.10.in-addr.arpa.", Type.PTR), ANYBODY))
        .containsExactly("nas.home.internal.");
  }

  private static List<String> told(DnsAnswers zone, Message asked, IpAddress asker) {
    return zone.answer(asked, asker).orElseThrow().getSection(Section.ANSWER).stream()
        .map(Record::rdataToString)
        .toList();
  }
}
