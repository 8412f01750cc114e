package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
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

  private final DnsAnswers answers = new DnsAnswers(SERVER);

  private static Message question(String name, int type) throws IOException {
    return Message.newQuery(Record.newRecord(org.xbill.DNS.Name.fromString(name), type, DClass.IN));
  }

  private Message answer(String name, int type) throws IOException {
    return answers.answer(question(name, type)).orElseThrow();
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
    assertThat(answers.answer(question("example.org.", Type.A))).isEmpty();
    assertThat(answers.answer(question("nothome.internal.", Type.A))).isEmpty();
    assertThat(answers.answer(question("9.0.0.10.in-addr.arpa.", Type.PTR))).isEmpty();
  }
}
