package guywire.node;

import guywire.address.IpAddress;
import guywire.network.NameServer;
import guywire.network.NameServer.LanView;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * What a network's name server knows: the addresses of its hosts, and their names by address.
 *
 * <p>Immutable; does no I/O.
 */
final class DnsAnswers {

  /** Short: a host's address may change with the next configuration. */
  private static final long TTL_SECONDS = 30;

  /** The payload an answer may have where the asker does not say (RFC 6891 section 6.2.5). */
  private static final int EDNS_PAYLOAD_BYTES = 1232;

  private static final int SMALLEST_PAYLOAD_BYTES = 512;

  private final Name domain;
  private final Table usual;
  private final List<View> views;

  /** The addresses of names, and the names of addresses. */
  private record Table(Map<Name, List<IpAddress>> addresses, Map<Name, Name> names) {

    static Table of(Map<guywire.network.Name, List<IpAddress>> records, String domain) {
      var table = new Table(new LinkedHashMap<>(), new LinkedHashMap<>());
      records.forEach((label, all) -> {
        Name host = name(label.label() + "." + domain + ".");
        table.addresses.put(host, all);
        all.forEach(
            address -> table.names.putIfAbsent(ReverseMap.fromAddress(java(address)), host));
      });
      return table;
    }

    Optional<List<IpAddress>> addresses(Name host) {
      return Optional.ofNullable(addresses.get(host));
    }

    Optional<Name> names(Name reverse) {
      return Optional.ofNullable(names.get(reverse));
    }
  }

  /** What who stands in some LAN is told before the usual. */
  private record View(LanView view, Table table) {}

  /**
   * The answers of this name server.
   *
   * @throws IllegalArgumentException if domain or a label can't be a DNS name
   */
  DnsAnswers(NameServer server) {
    domain = name(server.domain() + ".");
    usual = Table.of(server.records(), server.domain());
    views =
        server.views().stream()
            .map(view -> new View(view, Table.of(view.records(), server.domain())))
            .toList();
  }

  /** The tables that hold for who asks from an address, the first word first. */
  private List<Table> tables(IpAddress asker) {
    return Stream.concat(
            views.stream().filter(one -> one.view().isFor(asker)).map(View::table),
            Stream.of(usual))
        .toList();
  }

  private static Name name(String text) {
    try {
      return Name.fromString(text);
    } catch (TextParseException e) {
      throw new IllegalArgumentException("not a DNS name: " + text, e);
    }
  }

  private static InetAddress java(IpAddress address) {
    return Addresses.toJava(address);
  }

  /**
   * The answer to a question; empty if it is about names that others know.
   *
   * @param asker the address that it came from
   */
  Optional<Message> answer(Message question, IpAddress asker) {
    Record asked = question.getQuestion();
    if (asked == null || question.getHeader().getOpcode() != Opcode.QUERY) {
      return Optional.of(refusal(question, Rcode.NOTIMP));
    }
    Name name = asked.getName();
    boolean ours = name.subdomain(domain);
    var tables = tables(asker);
    var host = tables.stream().flatMap(one -> one.names(name).stream()).findFirst();
    if (asked.getDClass() != DClass.IN || (!ours && host.isEmpty())) {
      return Optional.empty();
    }
    Message answer = reply(question, Rcode.NOERROR);
    answer.getHeader().setFlag(Flags.AA);
    int type = asked.getType();
    var known = tables.stream().flatMap(one -> one.addresses(name).stream()).findFirst();
    if (ours) {
      for (var address : known.orElse(List.of())) {
        if (type == Type.ANY || type == (address.isIpv4() ? Type.A : Type.AAAA)) {
          answer.addRecord(record(name, address), Section.ANSWER);
        }
      }
    } else if (type == Type.PTR || type == Type.ANY) {
      answer.addRecord(
          new PTRRecord(name, DClass.IN, TTL_SECONDS, host.orElseThrow()), Section.ANSWER);
    }
    if (answer.getSection(Section.ANSWER).isEmpty()) {
      if (ours && known.isEmpty() && !name.equals(domain)) {
        answer.getHeader().setRcode(Rcode.NXDOMAIN);
      }
      answer.addRecord(authority(), Section.AUTHORITY);
    }
    return Optional.of(answer);
  }

  /** An answer that says no more than this code. */
  static Message refusal(Message question, int code) {
    return reply(question, code);
  }

  /** The most bytes that an answer by UDP may have. */
  static int payload(Message question) {
    OPTRecord options = question.getOPT();
    return options == null
        ? SMALLEST_PAYLOAD_BYTES
        : Math.clamp(options.getPayloadSize(), SMALLEST_PAYLOAD_BYTES, EDNS_PAYLOAD_BYTES);
  }

  private static Message reply(Message question, int code) {
    var answer = new Message(question.getHeader().getID());
    Header header = answer.getHeader();
    header.setFlag(Flags.QR);
    header.setFlag(Flags.RA);
    if (question.getHeader().getFlag(Flags.RD)) {
      header.setFlag(Flags.RD);
    }
    header.setOpcode(question.getHeader().getOpcode());
    header.setRcode(code);
    if (question.getQuestion() != null) {
      answer.addRecord(question.getQuestion(), Section.QUESTION);
    }
    if (question.getOPT() != null) {
      answer.addRecord(new OPTRecord(EDNS_PAYLOAD_BYTES, 0, 0), Section.ADDITIONAL);
    }
    return answer;
  }

  private static Record record(Name name, IpAddress address) {
    return address.isIpv4()
        ? new ARecord(name, DClass.IN, TTL_SECONDS, java(address))
        : new AAAARecord(name, DClass.IN, TTL_SECONDS, java(address));
  }

  private Record authority() {
    // Serial 1: nobody transfers this zone. The last number is how long "no such name" is kept.
    return new SOARecord(
        domain, DClass.IN, TTL_SECONDS, domain, domain, 1, 3600, 600, 86400, TTL_SECONDS);
  }
}
