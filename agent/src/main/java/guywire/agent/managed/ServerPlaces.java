package guywire.agent.managed;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Where a server is: at each address of its name, where it has several.
 *
 * @param urls its addresses, in the order in which they are tried; one at least
 * @param name the name that they are of; empty where there is one address, or none is known
 */
/*
 * Several servers may be one to the outside, each at an address of the same name. The JDK's client takes the first
 * address alone. The order is of chance, so that agents are spread among the servers.
 */
record ServerPlaces(List<String> urls, Optional<String> name) {

  /** Looks names up. */
  @FunctionalInterface
  interface NameLookup {
    /** All addresses of a name. */
    InetAddress[] all(String name) throws UnknownHostException;
  }

  /** Copies the list. */
  ServerPlaces {
    urls = List.copyOf(urls);
  }

  /** Those of a URL. */
  static ServerPlaces of(String url, NameLookup lookup) {
    var uri = URI.create(url);
    var only = new ServerPlaces(List.of(url), Optional.empty());
    var name = Optional.ofNullable(uri.getHost());
    if (name.isEmpty() || name.get().startsWith("[")) {
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

  private static String text(InetAddress address) {
    String text = address.getHostAddress();
    return address instanceof Inet6Address ? "[" + text.replace("%", "%25") + "]" : text;
  }

  boolean areSeveral() {
    return urls.size() > 1;
  }
}
