package guywire.agent.mapping;

import guywire.address.IpAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * A router in virtual time, and the LAN between it and a mapper: with what it speaks, what it
 * refuses, how slow it is and what is lost.
 */
final class SimulatedRouter {

  static final long SECOND = 1_000_000_000L;
  static final IpAddress ADDRESS = IpAddress.parse("192.168.7.1");
  static final IpAddress SELF = IpAddress.parse("192.168.7.2");
  static final AskedGateway GATEWAY = new AskedGateway(ADDRESS, SELF, "eth0", 2);
  static final byte[] SECRET = {1, 2, 3};

  /** A mapping that it holds. */
  record Held(int port, MappingNonce nonce, long until) {}

  private record Event(long at, long number, Consumer<PortMapper> happens) {}

  final PortMapper mapper;
  final Map<Integer, Held> mappings = new HashMap<>();
  final List<String> heard = new ArrayList<>();
  long now = 1000 * SECOND;
  private long startedAt = 0;
  private long numbers;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>((a, b) ->
          a.at() != b.at() ? Long.compare(a.at(), b.at()) : Long.compare(a.number(), b.number()));

  IpAddress external = IpAddress.parse("198.51.100.7");
  boolean pcp = true;
  boolean pmp = true;
  boolean upnp = true;
  boolean saysOtherVersion;
  int igd = 2;
  int refusal;
  int upnpRefusal;
  long delay = SECOND / 100;
  int lifetime = 7200;
  int loseNext;
  boolean permanentOnly;
  int taken = -1;

  SimulatedRouter(Integer... ports) {
    mapper = new PortMapper(List.of(ports), SECRET);
  }

  /** Plugs the host in. */
  SimulatedRouter plug() {
    mapper.gateway(Optional.of(GATEWAY), now);
    return this;
  }

  void reboot() {
    startedAt = now;
    mappings.clear();
  }

  private long epoch() {
    return (now - startedAt) / SECOND;
  }

  /** What happens within so many seconds. */
  SimulatedRouter pass(double seconds) {
    long end = now + (long) (seconds * SECOND);
    perform(mapper.advance(now));
    while (true) {
      var next = events.peek();
      long at = Math.min(mapper.deadline(), next == null ? Long.MAX_VALUE : next.at());
      if (at > end) {
        now = end;
        return this;
      }
      now = Math.max(now, at);
      if (next != null && next.at() <= now) {
        events.remove();
        next.happens().accept(mapper);
      }
      perform(mapper.advance(now));
    }
  }

  void later(long delayNanos, Consumer<PortMapper> happens) {
    events.add(new Event(now + delayNanos, numbers++, happens));
  }

  private void answer(int port, byte[] bytes) {
    later(delay, to -> to.heard(ADDRESS, port, bytes, now));
  }

  void release() {
    perform(mapper.release());
  }

  PortMapping mapping() {
    return mapper.mappings().getFirst();
  }

  private void perform(List<RouterDeed> deeds) {
    for (var deed : deeds) {
      boolean lost = loseNext > 0;
      loseNext = Math.max(0, loseNext - 1);
      switch (deed) {
        case RouterDeed.Send(var to, int port, var bytes) when port == RouterRequest.PORT -> {
          heard.add(bytes[0] == 2 ? "pcp" : "pmp" + bytes[1]);
          if (!lost && to.equals(ADDRESS)) {
            asked(bytes);
          }
        }
        case RouterDeed.Send(var _, int _, var bytes) -> {
          heard.add("search");
          String text = new String(bytes, StandardCharsets.US_ASCII);
          if (!lost && upnp && (igd == 2 || text.contains("GatewayDevice:1"))) {
            answer(1900, found(text.contains("GatewayDevice:2") ? 2 : 1));
          }
        }
        case RouterDeed.Fetch fetch -> {
          String text = new String(fetch.request(), StandardCharsets.US_ASCII);
          var reply = lost || !upnp ? Optional.<RouterReply>empty() : Optional.of(http(text));
          later(delay, to -> to.fetched(fetch.leased(), fetch.number(), reply, now));
        }
      }
    }
  }

  private void asked(byte[] bytes) {
    var in = ByteBuffer.wrap(bytes);
    boolean isPcp = in.get() == 2;
    if (isPcp ? !pcp : !pmp) {
      if (saysOtherVersion) {
        answer(RouterRequest.PORT, new byte[] {0, (byte) 0x81, 0, 1, 0, 0, 0, 1});
      }
      return;
    }
    if (isPcp) {
      in.position(4);
      int seconds = in.getInt();
      in.position(24);
      var nonce = MappingNonce.read(in);
      in.position(40);
      int port = in.getShort() & 0xffff;
      int wished = in.getShort() & 0xffff;
      var held = Optional.ofNullable(mappings.get(port)).filter(each -> each.until() > now);
      int result =
          refusal != 0
              ? refusal
              : held.filter(each -> each.nonce() != null && !each.nonce().equals(nonce)).isPresent()
                  ? 2
                  : 0;
      if (result == 0) {
        map(port, nonce, seconds);
      }
      answer(
          RouterRequest.PORT,
          pcpAnswer(result, Math.min(seconds, lifetime), epoch(), nonce, port, wished, external));
    } else if (in.get() == 0) {
      answer(
          RouterRequest.PORT,
          ByteBuffer.allocate(12)
              .put(new byte[] {0, (byte) 0x80})
              .putShort((short) refusal)
              .putInt((int) epoch())
              .put(external.bytes())
              .array());
    } else {
      in.position(4);
      int port = in.getShort() & 0xffff;
      int wished = in.getShort() & 0xffff;
      int seconds = in.getInt();
      if (refusal == 0) {
        map(port, null, seconds);
      }
      answer(
          RouterRequest.PORT,
          ByteBuffer.allocate(16)
              .put(new byte[] {0, (byte) 0x81})
              .putShort((short) refusal)
              .putInt((int) epoch())
              .putShort((short) port)
              .putShort((short) wished)
              .putInt(Math.min(seconds, lifetime))
              .array());
    }
  }

  @SuppressWarnings("NullAway") // NAT-PMP has no nonce
  private void map(int port, MappingNonce nonce, int seconds) {
    if (seconds == 0) {
      mappings.remove(port);
    } else {
      mappings.put(port, new Held(port, nonce, now + Math.min(seconds, lifetime) * SECOND));
    }
  }

  static byte[] pcpAnswer(
      int result,
      int lifetime,
      long epoch,
      MappingNonce nonce,
      int port,
      int external,
      IpAddress address) {
    var out =
        ByteBuffer.allocate(60)
            .put(new byte[] {2, (byte) 0x81, 0, (byte) result})
            .putInt(lifetime)
            .putInt((int) epoch)
            .put(new byte[12]);
    nonce.write(out);
    out.put(new byte[] {17, 0, 0, 0}).putShort((short) port).putShort((short) external);
    return out.putLong(0).putInt(0xffff).put(address.bytes()).array();
  }

  void announce() {
    byte[] bytes =
        ByteBuffer.allocate(24)
            .put(new byte[] {2, (byte) 0x80, 0, 0})
            .putInt(0)
            .putInt((int) epoch())
            .array();
    answer(RouterRequest.PORT, bytes);
  }

  static byte[] found(int version) {
    return ("HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:"
            + version
            + "\r\nLocation: http://192.168.7.1:5000/root.xml\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private RouterReply http(String request) {
    String action =
        request.startsWith("GET") ? "describe" : request.replaceAll("(?s).*#([A-Za-z]+)\".*", "$1");
    heard.add(action);
    return switch (action) {
      case "describe" -> reply(200, description(igd));
      case "GetExternalIPAddress" ->
          reply(200, "<a><NewExternalIPAddress>" + external + "</NewExternalIPAddress></a>");
      case "DeletePortMapping" -> {
        mappings.remove(51820);
        yield reply(200, "<a/>");
      }
      default -> add(action, request);
    };
  }

  private RouterReply add(String action, String request) {
    int external = Integer.parseInt(value(request, "NewExternalPort"));
    int seconds = Integer.parseInt(value(request, "NewLeaseDuration"));
    int port = Integer.parseInt(value(request, "NewInternalPort"));
    int error =
        upnpRefusal != 0
            ? upnpRefusal
            : permanentOnly && seconds != 0 ? 725 : external == taken ? 718 : 0;
    if (error != 0) {
      return reply(500, "<s><f><errorCode>" + error + "</errorCode></f></s>");
    }
    mappings.put(port, new Held(port, new MappingNonce(0, 0), now + lifetime * SECOND));
    return reply(
        200,
        action.equals("AddAnyPortMapping")
            ? "<a><NewReservedPort>" + external + "</NewReservedPort></a>"
            : "<a/>");
  }

  private static String value(String request, String name) {
    return request.replaceAll("(?s).*<" + name + ">([^<]*)</.*", "$1");
  }

  private static RouterReply reply(int status, String body) {
    return new RouterReply(status, body.getBytes(StandardCharsets.UTF_8));
  }

  static String description(int version) {
    return """
    <?xml version="1.0"?>
    <root xmlns="urn:schemas-upnp-org:device-1-0"><device><deviceList><device><serviceList>
      <service><serviceType>urn:schemas-upnp-org:service:WANPPPConnection:1</serviceType>
        <controlURL>/ctl/ppp</controlURL></service>
      <service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:%d</serviceType>
        <controlURL>/ctl/ip</controlURL></service>
    </serviceList></device></deviceList></device></root>
    """
        .formatted(version);
  }
}
