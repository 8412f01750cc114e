package guywire.agent.mapping;

import guywire.address.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The service of a router that maps ports by UPnP, and what is asked of it.
 *
 * @param kind which one
 * @param control where it is asked
 */
record ConnectionService(Kind kind, RouterUrl control) {

  private static final int MOST_SERVICES = 4;
  private static final String TYPE = "urn:schemas-upnp-org:service:";

  /** The services that there are, the best first. */
  enum Kind {
    IP_2("WANIPConnection:2"),
    IP_1("WANIPConnection:1"),
    PPP_1("WANPPPConnection:1");

    private final String type;

    Kind(String name) {
      this.type = TYPE + name;
    }
  }

  /** The services that a description of a router names, the best first. */
  static List<ConnectionService> read(byte[] description, RouterUrl at, IpAddress router) {
    var xml = RouterXml.read(description);
    if (xml.isEmpty()) {
      return List.of();
    }
    var base =
        xml.get().text("URLBase").flatMap(text -> RouterUrl.absolute(text, router)).orElse(at);
    var services = new LinkedHashMap<Integer, Map<String, String>>();
    for (var leaf : xml.get().leaves()) {
      if (leaf.parent().equals("service")) {
        services
            .computeIfAbsent(leaf.group(), _ -> new LinkedHashMap<>())
            .putIfAbsent(leaf.name(), leaf.text());
      }
    }
    var found = new ArrayList<ConnectionService>();
    for (var service : services.values()) {
      String type = service.getOrDefault("serviceType", "");
      var control = base.resolve(service.getOrDefault("controlURL", ""), router);
      for (var kind : Kind.values()) {
        if (kind.type.equals(type) && control.isPresent() && found.size() < MOST_SERVICES) {
          found.add(new ConnectionService(kind, control.get()));
        }
      }
    }
    found.sort(Comparator.comparing(ConnectionService::kind));
    return found;
  }

  /** Whether the router may choose another external port by itself. */
  boolean choosesPort() {
    return kind == Kind.IP_2;
  }

  byte[] getAddress(AskedGateway gateway) {
    return ask(gateway, "GetExternalIPAddress", "");
  }

  /**
   * Asks for a mapping.
   *
   * @param any whether the router may choose another external port
   */
  byte[] add(AskedGateway gateway, boolean any, int port, int external, int lifetimeSeconds) {
    return ask(
        gateway,
        any ? "AddAnyPortMapping" : "AddPortMapping",
        "<NewRemoteHost></NewRemoteHost>"
            + ("<NewExternalPort>" + external + "</NewExternalPort>")
            + "<NewProtocol>UDP</NewProtocol>"
            + ("<NewInternalPort>" + port + "</NewInternalPort>")
            + ("<NewInternalClient>" + gateway.self() + "</NewInternalClient>")
            + "<NewEnabled>1</NewEnabled>"
            + "<NewPortMappingDescription>guywire</NewPortMappingDescription>"
            + ("<NewLeaseDuration>" + lifetimeSeconds + "</NewLeaseDuration>"));
  }

  byte[] delete(AskedGateway gateway, int external) {
    return ask(
        gateway,
        "DeletePortMapping",
        "<NewRemoteHost></NewRemoteHost>"
            + ("<NewExternalPort>" + external + "</NewExternalPort>")
            + "<NewProtocol>UDP</NewProtocol>");
  }

  private byte[] ask(AskedGateway gateway, String action, String arguments) {
    String body =
        "<?xml version=\"1.0\"?>\r\n<s:Envelope"
            + " xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\""
            + " s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body>"
            + ("<u:" + action + " xmlns:u=\"" + kind.type + "\">")
            + arguments
            + ("</u:" + action + "></s:Body></s:Envelope>\r\n");
    return request(
        "POST",
        control,
        gateway,
        "Content-Type: text/xml; charset=\"utf-8\"\r\n"
            + ("SOAPAction: \"" + kind.type + "#" + action + "\"\r\n")
            + ("Content-Length: " + body.length() + "\r\n"),
        body);
  }

  /** Asks for the description of a router. */
  static byte[] describe(RouterUrl at, AskedGateway gateway) {
    return request("GET", at, gateway, "", "");
  }

  private static byte[] request(
      String method, RouterUrl at, AskedGateway gateway, String headers, String body) {
    return (method
            + " "
            + at.path()
            + " HTTP/1.1\r\n"
            + ("Host: " + gateway.address() + ":" + at.port() + "\r\n")
            + "Connection: close\r\n"
            + headers
            + "\r\n"
            + body)
        .getBytes(StandardCharsets.US_ASCII);
  }
}
