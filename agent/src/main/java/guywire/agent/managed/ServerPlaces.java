package guywire.agent.managed;

import guywire.address.IpAddress;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * Where a server is: at each address of its name, where it has several, and wherever else it was.
 *
 * @param urls its addresses, in the order in which they are tried; one at least
 * @param name the name that they are of; empty where there is one address, or none is known
 */
/*
 * Several servers may be one to the outside, each at an address of the same name. The JDK's client takes the first
 * address alone. The order is of chance, so that agents are spread among the servers.
 */
public record ServerPlaces(List<String> urls, Optional<String> name) {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Where there are other addresses to try: with that a host is at another one within 5 s. */
  private static final Duration SHORT_PATIENCE = Duration.ofSeconds(3);

  /** Looks names up. */
  @FunctionalInterface
  public interface NameLookup {
    /** All addresses of a name. */
    InetAddress[] all(String name) throws UnknownHostException;
  }

  /** Copies the list. */
  public ServerPlaces {
    urls = List.copyOf(urls);
  }

  /** Those of a URL, as the system looks names up. */
  public static ServerPlaces of(String url) {
    return of(url, InetAddress::getAllByName);
  }

  /** Those of a URL. */
  static ServerPlaces of(String url, NameLookup lookup) {
    var uri = URI.create(url);
    var only = new ServerPlaces(List.of(url), Optional.empty());
    var name = named(url);
    if (name.isEmpty()) {
      return only;
    }
    var urls = new ArrayList<String>();
    try {
      for (var address : lookup.all(name.get())) {
        urls.add("https://" + text(address) + (uri.getPort() < 0 ? "" : ":" + uri.getPort()));
      }
    } catch (UnknownHostException e) {
      // Who asks it then says so.
      return only;
    }
    Collections.shuffle(urls);
    return urls.size() > 1 ? new ServerPlaces(urls, name) : only;
  }

  /** What may be a name in a URL, or an IPv4 address; empty for one of IPv6. */
  private static Optional<String> named(String url) {
    return Optional.ofNullable(URI.create(url).getHost()).filter(host -> !host.startsWith("["));
  }

  /**
   * These, and others after them, where the same server may be, too.
   *
   * @param url what these are of
   */
  public ServerPlaces and(String url, List<String> others) {
    var all = new LinkedHashSet<>(urls);
    all.addAll(others);
    return all.size() == urls.size()
        ? this
        : new ServerPlaces(
            List.copyOf(all), named(url).filter(name -> IpAddress.tryParse(name).isEmpty()));
  }

  private static String text(InetAddress address) {
    String text = address.getHostAddress();
    return address instanceof Inet6Address ? "[" + text.replace("%", "%25") + "]" : text;
  }

  /** How long is waited for a connection to one of them. */
  public Duration patience() {
    return urls.size() > 1 ? SHORT_PATIENCE : PATIENCE;
  }

  /**
   * Which of these to ask: the only one, or the first that takes a connection, where each has a
   * quarter of a second before the next is tried beside it.
   *
   * @param patience how long the last is waited for
   * @return empty if there is none, or none of several takes a connection
   */
  public static Optional<String> reached(List<String> among, Duration patience) {
    if (among.size() <= 1) {
      return among.stream().findFirst();
    }
    var which = FirstReached.within(patience).among(among);
    return which.isPresent() ? Optional.of(among.get(which.getAsInt())) : Optional.empty();
  }

  /**
   * Whether a request that failed so has certainly reached no server of ours, and may go to another
   * place: nobody could be connected to, or who was there is another.
   */
  public static boolean isUntouched(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
        return true;
      }
    }
    return PinnedCertificate.isAnother(thrown);
  }
}
