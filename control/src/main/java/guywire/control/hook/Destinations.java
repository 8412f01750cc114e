package guywire.control.hook;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Internet;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * Where a server may be sent by those who make webhooks: to the internet, by HTTPS; and to
 * addresses that whoever started it named.
 *
 * @param inside the addresses that are no one's on the internet and may be told all the same, also
 *     by HTTP
 */
/*
 * A name is looked up for each try, and the address that was looked at is the one that is connected to: a
 * name that leads elsewhere a moment later (DNS rebinding) gains nothing. What embeds an IPv4 address in an
 * IPv6 one is no destination, because it might lead inside by way of a translator. Redirects are not followed.
 */
public record Destinations(List<Prefix> inside) {

  /** The internet alone. */
  public static final Destinations PUBLIC = new Destinations(List.of());

  private static final int LONGEST = 500;
  private static final int MOST_PORT = 65_535;
  private static final int HTTPS = 443;
  private static final int HTTP = 80;

  /**
   * What no webhook is for, though packets may find their way there (RFC 6890, 6052, 3056, 4380).
   */
  private static final List<Prefix> REFUSED =
      List.of(
          Prefix.parse("0.0.0.0/8"),
          Prefix.parse("192.0.0.0/24"),
          Prefix.parse("192.88.99.0/24"),
          Prefix.parse("198.18.0.0/15"),
          Prefix.parse("240.0.0.0/4"),
          Prefix.parse("::/96"),
          Prefix.parse("::ffff:0:0/96"),
          Prefix.parse("64:ff9b::/32"),
          Prefix.parse("100::/64"),
          Prefix.parse("2001::/32"),
          Prefix.parse("2002::/16"),
          Prefix.parse("fec0::/10"));

  /** Copies the list. */
  public Destinations {
    inside = List.copyOf(inside);
  }

  /** An address that may be told, and its port. */
  record WebhookAddress(InetAddress address, int port, boolean tls) {}

  /**
   * The URL with this text, if it could be one of a webhook; where it leads is seen at each try.
   */
  public static Optional<URI> tryParse(String text) {
    if (text.length() > LONGEST || !text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      return Optional.empty();
    }
    try {
      var url = new URI(text);
      boolean web = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
      boolean plain =
          url.getHost() != null && url.getRawUserInfo() == null && url.getRawFragment() == null;
      return web && plain && url.getPort() != 0 && url.getPort() <= MOST_PORT
          ? Optional.of(url)
          : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /** Whether an address may be told, by HTTPS or by HTTP. */
  boolean allows(IpAddress address, boolean tls) {
    if (inside.stream().anyMatch(prefix -> prefix.contains(address))) {
      return true;
    }
    return tls
        && Internet.routes(address)
        && REFUSED.stream().noneMatch(prefix -> prefix.contains(address));
  }

  /** Where a URL leads now; empty if it leads nowhere, or where it may not. */
  Optional<WebhookAddress> of(URI url) {
    boolean tls = url.getScheme().equals("https");
    int port = url.getPort() > 0 ? url.getPort() : tls ? HTTPS : HTTP;
    try {
      for (var address : InetAddress.getAllByName(url.getHost())) {
        if (allows(IpAddress.of(address.getAddress()), tls)) {
          return Optional.of(new WebhookAddress(address, port, tls));
        }
      }
      return Optional.empty();
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
