package guywire.agent;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A router with miniupnpd between a LAN and the internet, whose NAT gives every destination another
 * port.
 */
final class UpnpRouter implements AutoCloseable {

  static final String INSIDE = "192.168.7.1";
  static final String NODE = "192.168.7.2";

  /** No address that is kept for documentation: miniupnpd takes those for private ones. */
  static final String OUTSIDE = "11.22.33.44";

  static final String INTERNET = "11.22.33.1";

  private static final int MOST_ATTEMPTS = 60;

  private static final String RULES =
      """
      table inet access {
        chain forward {
          type filter hook forward priority filter; policy accept;
          iifname "wan" ct state established,related accept
          iifname "wan" ct status dnat accept
          iifname "wan" drop
        }
        chain postrouting {
          type nat hook postrouting priority srcnat; policy accept;
          oifname "wan" masquerade fully-random
        }
      }
      table inet upnp {
        chain miniupnpd {
        }
        chain prerouting_miniupnpd {
        }
        chain postrouting_miniupnpd {
        }
        chain forward {
          type filter hook forward priority 10; policy accept;
          jump miniupnpd
        }
        chain prerouting {
          type nat hook prerouting priority -100; policy accept;
          jump prerouting_miniupnpd
        }
        chain postrouting {
          type nat hook postrouting priority 99; policy accept;
          jump postrouting_miniupnpd
        }
      }
      """;

  private static final String CONFIGURATION =
      """
      ext_ifname=wan
      listening_ip=lan
      port=5000
      enable_natpmp=%s
      enable_upnp=%s
      secure_mode=yes
      system_uptime=no
      upnp_table_name=upnp
      upnp_nat_table_name=upnp
      uuid=3d3cec3a-8cf0-11e0-98ee-001a6bd2d07b
      %s
      deny 0-65535 0.0.0.0/0 0-65535
      """;

  private final Box box = new Box();
  private final Box node;
  private final Box internet;

  UpnpRouter() throws Exception {
    node = new Box();
    internet = new Box();
    box.connect(node, "lan", INSIDE, NODE);
    box.connect(internet, "wan", OUTSIDE, INTERNET);
    node.run("ip", "route", "add", "default", "via", INSIDE);
    box.run("sysctl", "-q", "net.ipv4.ip_forward=1");
    nft(RULES);
  }

  Box node() {
    return node;
  }

  Box internet() {
    return internet;
  }

  void nft(String rules) throws Exception {
    box.run("sh", "-c", "printf %s \"$1\" | nft -f -", "sh", rules);
  }

  /** The ports that it passes on, as its rules say. */
  String passesOn() throws Exception {
    return box.run("nft", "list", "chain", "inet", "upnp", "prerouting_miniupnpd");
  }

  /** Starts miniupnpd. */
  void start(boolean pcp, boolean upnp, String permission, String... options) throws Exception {
    String text = CONFIGURATION.formatted(pcp ? "yes" : "no", upnp ? "yes" : "no", permission);
    box.run("sh", "-c", "printf %s \"$1\" >/run/upnp.conf", "sh", text);
    var command =
        new ArrayList<>(List.of("miniupnpd", "-4", "-f", "/run/upnp.conf", "-P", "/run/upnp.pid"));
    command.addAll(List.of(options));
    box.run(command.toArray(String[]::new));
  }

  /** How long it has been running, as it says to NAT-PMP (RFC 6886 section 3.2). */
  long epochSeconds() throws Exception {
    return node.call(() -> {
      try (var socket = new DatagramSocket()) {
        socket.setSoTimeout(1000);
        var to = new InetSocketAddress(InetAddress.getByName(INSIDE), 5351);
        var answer = new DatagramPacket(new byte[12], 12);
        for (int attempt = 1; ; attempt++) {
          socket.send(new DatagramPacket(new byte[2], 2, to));
          try {
            socket.receive(answer);
            return ByteBuffer.wrap(answer.getData()).getInt(4) & 0xffff_ffffL;
          } catch (SocketTimeoutException e) {
            // It is only starting: it hears nothing yet.
            if (attempt == MOST_ATTEMPTS) {
              throw e;
            }
          }
        }
      }
    });
  }

  /** Ends miniupnpd and forgets what it passes on, as a router that starts anew does. */
  void forget() throws Exception {
    box.run(
        "sh",
        "-c",
        // Nobody takes notice of its end, so that its entry stays, without its words.
        "pid=$(cat /run/upnp.pid); kill $pid; while grep -q . /proc/$pid/cmdline; do sleep 0.1; done");
    nft("flush chain inet upnp prerouting_miniupnpd\nflush chain inet upnp miniupnpd\n");
  }

  @Override
  public void close() {
    internet.close();
    node.close();
    box.close();
  }
}
