package guywire.format.tunnel;

import guywire.network.Route;

/** A route as people write it. */
final class RouteText {

  private RouteText() {}

  /** {@code 10.0.0.0/8 via 192.168.1.1 dev eth0 metric 5}. */
  static String of(Route route) {
    return route.to()
        + route.via().map(via -> " via " + via).orElse("")
        + route.device().map(device -> " dev " + device).orElse("")
        + (route.metric().isPresent() ? " metric " + route.metric().getAsInt() : "");
  }
}
