package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NatRule;
import guywire.network.PeerConfig;
import guywire.network.RouteTable;
import guywire.network.text.Text;
import guywire.protocol.PublicKey;
import java.util.List;

/** One concrete change of a network's files. */
public sealed interface FileEdit {

  /** The node whose files it changes, or the site whose router. */
  Name where();

  /** The change in words. */
  Text text();

  /** A prefix more among the allowed IPs of a peer. */
  record AllowMore(Name where, String peer, PeerConfig entry, Prefix prefix) implements FileEdit {
    @Override
    public Text text() {
      return Text.of(FileEdit.class, "edit.allow", where.text(), peer, prefix.toString());
    }
  }

  /** A peer more. */
  record AddPeer(Name where, String peer, PeerConfig entry) implements FileEdit {
    @Override
    public Text text() {
      return Text.of(
          FileEdit.class,
          "edit.peer",
          where.text(),
          peer,
          entry.publicKey().toString(),
          String.join(", ", entry.allowedIps().stream().map(Prefix::toString).toList()));
    }
  }

  /** An endpoint for a peer. */
  record SetEndpoint(Name where, String peer, PeerConfig entry, EndpointAddress endpoint)
      implements FileEdit {
    @Override
    public Text text() {
      return Text.of(FileEdit.class, "edit.endpoint", where.text(), peer, endpoint.toString());
    }
  }

  /** The peer's pre-shared key for a peer. */
  record CopyPresharedKey(Name where, String peer, PeerConfig entry, PeerConfig from)
      implements FileEdit {
    @Override
    public Text text() {
      return Text.of(FileEdit.class, "edit.preshared-key", where.text(), peer);
    }
  }

  /** Forwarding, turned on. */
  record Forward(Name where, boolean ipv4) implements FileEdit {
    @Override
    public Text text() {
      return Text.of(
          FileEdit.class,
          "edit.forward",
          where.text(),
          ipv4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding");
    }
  }

  /** A rule ahead of others that lets one connection through. */
  record Accept(Name where, Packet packet, boolean input) implements FileEdit {
    @Override
    public Text text() {
      return Text.of(
          FileEdit.class,
          input ? "edit.accept-input" : "edit.accept",
          where.text(),
          packet.toString());
    }
  }

  /** A static route of a site's router towards a gateway in its LAN. */
  record RouteBack(Name where, Prefix to, IpAddress via, Name gateway) implements FileEdit {
    @Override
    public Text text() {
      return Text.of(
          FileEdit.class,
          "edit.route",
          where.text(),
          to.toString(),
          via.toString(),
          gateway.text());
    }
  }

  /** Other prefixes in place of one among the allowed IPs of a peer. */
  record ReplaceAllowed(Name where, String peer, PeerConfig entry, Prefix old, List<Prefix> now)
      implements FileEdit {
    /** Copies the list. */
    public ReplaceAllowed {
      now = List.copyOf(now);
    }

    @Override
    public Text text() {
      return Text.of(
          FileEdit.class,
          "edit.replace",
          where.text(),
          peer,
          old.toString(),
          String.join(", ", now.stream().map(Prefix::toString).toList()));
    }
  }

  /** Another public key for a peer. */
  record ReplaceKey(Name where, String peer, PeerConfig entry, PublicKey key) implements FileEdit {
    @Override
    public Text text() {
      return Text.of(FileEdit.class, "edit.key", where.text(), peer, key.toString());
    }
  }

  /** A masquerade of fewer packets. */
  record Narrow(Name where, NatRule old, NatRule now) implements FileEdit {
    @Override
    public Text text() {
      return Text.of(FileEdit.class, "edit.narrow", where.text());
    }
  }

  /** Source NAT of what comes out of the tunnel, at a gateway. */
  record Masquerade(Name where) implements FileEdit {
    @Override
    public Text text() {
      return Text.of(FileEdit.class, "edit.masquerade", where.text());
    }
  }

  /** A rule that translates addresses less. */
  record DropNat(Name where, NatRule rule) implements FileEdit {
    @Override
    public Text text() {
      return Text.of(FileEdit.class, "edit.drop-nat", where.text());
    }
  }

  /** Another table for the routes of a tunnel. */
  record SetTable(Name where, InterfaceName tunnel, RouteTable table) implements FileEdit {
    @Override
    public Text text() {
      return Text.of(FileEdit.class, "edit.table", where.text(), tunnel.text());
    }
  }

  /** A route into a tunnel. */
  record AddRoute(Name where, InterfaceName tunnel, Prefix to) implements FileEdit {
    @Override
    public Text text() {
      return Text.of(FileEdit.class, "edit.add-route", where.text(), to.toString(), tunnel.text());
    }
  }

  /** A fixed port for a tunnel. */
  record Listen(Name where, InterfaceName tunnel, int port) implements FileEdit {
    @Override
    public Text text() {
      return Text.of(FileEdit.class, "edit.listen", where.text(), String.valueOf(port));
    }
  }

  /** A public address for a node of which nobody said where it is. */
  record PlugIn(Name where, IpAddress at) implements FileEdit {
    @Override
    public Text text() {
      return Text.of(FileEdit.class, "edit.plug-in", where.text(), at.toString());
    }
  }

  /** A UDP port that a site's router passes on from its public address. */
  record PassOn(Name where, IpAddress at, int port, IpAddress to) implements FileEdit {
    @Override
    public Text text() {
      return Text.of(
          FileEdit.class, "edit.pass-on", where.text(), String.valueOf(port), to.toString());
    }
  }

  /** Commands that run once a tunnel is up. */
  record RunUp(Name where, InterfaceName tunnel, List<String> commands) implements FileEdit {
    /** Copies the list. */
    public RunUp {
      commands = List.copyOf(commands);
    }

    @Override
    public Text text() {
      return Text.of(FileEdit.class, "edit.run-up", where.text(), String.join("; ", commands));
    }
  }
}
