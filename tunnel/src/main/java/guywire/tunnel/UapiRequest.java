package guywire.tunnel;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.linux.Clock;
import guywire.linux.Errno;
import guywire.linux.LinuxException;
import guywire.protocol.Device;
import guywire.protocol.Endpoint;
import guywire.protocol.Limits;
import guywire.protocol.Peer;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One {@code set} request of WireGuard's cross-platform interface, applied line by line as it
 * comes. Lines are {@code key=value}; first keys of the device, then per peer {@code public_key}
 * and what concerns it. Confined to one thread.
 */
final class UapiRequest {

  /** A line that is refused, with the error number to answer. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;
    private final int errno;

    Refused(int errno, String why) {
      super(why);
      this.errno = errno;
    }

    /** The error number, positive. */
    int errno() {
      return errno;
    }
  }

  private final Tunnel tunnel;
  private final Device device;

  /** Whether a peer's section has begun. */
  private boolean inPeer;

  /** The peer of the section, or null if the section is to be ignored. */
  private @Nullable Peer peer;

  private boolean created;

  UapiRequest(Tunnel tunnel) {
    this.tunnel = tunnel;
    device = tunnel.device();
  }

  /** Applies one line, which is not empty. */
  void line(UapiLine line) throws Refused {
    String name = line.name().orElseThrow(() -> new Refused(Errno.EPROTO, "a line without '='"));
    switch (name) {
      case "public_key" -> {
        finishPeer();
        beginPeer(line);
      }
      case "private_key", "preshared_key" -> keyLine(name, line);
      default -> {
        if (inPeer) {
          peerLine(name, line.value());
        } else {
          deviceLine(name, line.value());
        }
      }
    }
  }

  /** A key goes from the line into its place, and nothing of it stays on the way. */
  private void keyLine(String name, UapiLine line) throws Refused {
    if (inPeer != name.equals("preshared_key")) {
      throw new Refused(Errno.EINVAL, "unknown key " + name);
    }
    byte[] bytes = key(line);
    try {
      setKey(bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private void setKey(byte[] bytes) throws Refused {
    if (inPeer) {
      var preshared = PresharedKey.of(bytes);
      with(peer, to -> device.setPresharedKey(to, preshared));
      preshared.destroy();
    } else {
      var own = PrivateKey.of(bytes);
      change(() -> device.setPrivateKey(own));
      own.destroy();
    }
  }

  /** Ends the request: what waits for the last peer is sent. */
  void finish() {
    finishPeer();
  }

  private void deviceLine(String name, String value) throws Refused {
    switch (name) {
      case "listen_port" -> {
        int port = number(value, 65_535);
        configure(() -> tunnel.setPort(port));
      }
      case "fwmark" -> {
        long mark = longNumber(value, 0xffffffffL);
        configure(() -> tunnel.setMark((int) mark));
      }
      case "replace_peers" -> {
        requireTrue(value);
        change(() -> {
          for (Peer each : List.copyOf(device.peers())) {
            device.removePeer(each);
          }
        });
      }
      default -> throw new Refused(Errno.EINVAL, "unknown key " + printable(name));
    }
  }

  private void beginPeer(UapiLine line) throws Refused {
    PublicKey found = PublicKey.of(key(line));
    inPeer = true;
    tunnel.underLock(out -> {
      Optional<Peer> known = device.peer(found);
      created = known.isEmpty();
      peer = known.or(() -> device.addPeer(found)).orElse(null);
    });
  }

  private void peerLine(String name, String value) throws Refused {
    Peer current = peer;
    switch (name) {
      case "update_only" -> {
        requireTrue(value);
        if (created && current != null) {
          change(() -> device.removePeer(current));
          peer = null;
        }
      }
      case "remove" -> {
        requireTrue(value);
        if (current != null) {
          change(() -> device.removePeer(current));
          peer = null;
        }
      }
      case "endpoint" -> {
        Endpoint endpoint =
            Endpoint.tryParse(value)
                .orElseThrow(() -> new Refused(Errno.EINVAL, "endpoint is not ADDRESS:PORT"));
        with(current, to -> device.setEndpoint(to, endpoint));
      }
      case "persistent_keepalive_interval" -> {
        int seconds = number(value, 65_535);
        if (current != null) {
          tunnel.underLock(out -> {
            device.setPersistentKeepalive(current, seconds, Clock.bootNanos(), out);
          });
        }
      }
      case "replace_allowed_ips" -> {
        requireTrue(value);
        with(current, to -> device.allowedIps().removeAll(to));
      }
      case "allowed_ip" -> allowedIp(current, value);
      case "protocol_version" -> {
        if (!value.equals("1")) {
          throw new Refused(Errno.EINVAL, "protocol_version is not 1");
        }
      }
      default -> throw new Refused(Errno.EINVAL, "unknown key " + printable(name));
    }
  }

  private void allowedIp(@Nullable Peer current, String value) throws Refused {
    boolean removes = value.startsWith("-");
    String text = removes || value.startsWith("+") ? value.substring(1) : value;
    Prefix prefix = prefix(text);
    if (removes) {
      with(current, from -> device.allowedIps().remove(prefix, from));
    } else if (current != null
        && !tunnel.<Boolean>locked(out -> device.allowedIps().insert(prefix, current))) {
      throw new Refused(Errno.ENOMEM, "more than " + Limits.MAX_ALLOWED_IPS + " allowed IPs");
    }
  }

  /** As {@code wg} sends it: address and length, host bits cleared here. */
  private static Prefix prefix(String text) throws Refused {
    int slash = text.indexOf('/');
    var address = IpAddress.tryParse(slash < 0 ? text : text.substring(0, slash));
    if (address.isEmpty()) {
      throw new Refused(Errno.EINVAL, "allowed_ip is not ADDRESS/LENGTH");
    }
    int bits = address.get().family().bits();
    return Prefix.around(address.get(), slash < 0 ? bits : number(text.substring(slash + 1), bits));
  }

  private void finishPeer() {
    Peer current = peer;
    if (current != null && !current.isRemoved()) {
      tunnel.underLock(out -> {
        device.flush(current, Clock.bootNanos(), out);
      });
    }
    peer = null;
  }

  private void change(Runnable change) {
    tunnel.underLock(out -> {
      change.run();
    });
  }

  private void with(@Nullable Peer current, Consumer<Peer> change) {
    if (current != null) {
      change(() -> change.accept(current));
    }
  }

  private void configure(Runnable change) throws Refused {
    try {
      change(change);
    } catch (LinuxException e) {
      throw new Refused(e.errno(), String.valueOf(e.getMessage()));
    }
  }

  private static byte[] key(UapiLine line) throws Refused {
    return line.key()
        .orElseThrow(() -> new Refused(Errno.EINVAL, "a key has 64 hexadecimal digits"));
  }

  private static int number(String value, int most) throws Refused {
    return (int) longNumber(value, most);
  }

  private static long longNumber(String value, long most) throws Refused {
    long number = 0;
    if (value.isEmpty() || value.length() > 10) {
      throw new Refused(Errno.EINVAL, "not a number from 0 to " + most);
    }
    for (int i = 0; i < value.length(); i++) {
      char digit = value.charAt(i);
      if (digit < '0' || digit > '9') {
        throw new Refused(Errno.EINVAL, "not a number from 0 to " + most);
      }
      number = number * 10 + (digit - '0');
    }
    if (number > most) {
      throw new Refused(Errno.EINVAL, "not a number from 0 to " + most);
    }
    return number;
  }

  private static void requireTrue(String value) throws Refused {
    if (!value.equals("true")) {
      throw new Refused(Errno.EINVAL, "the value is not \"true\"");
    }
  }

  /** Keys may be in the wrong place of a line: nothing that long is shown. */
  private static String printable(String name) {
    return name.length() <= 32 && name.matches("[a-z_]+") ? name : "(hidden)";
  }
}
