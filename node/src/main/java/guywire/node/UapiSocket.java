package guywire.node;

import guywire.address.Prefix;
import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.guard.UnsafeFileException;
import guywire.linux.Errno;
import guywire.linux.LinuxException;
import guywire.linux.UnixStream;
import guywire.network.text.Text;
import guywire.node.DeviceChange.Fate;
import guywire.node.DeviceChange.PeerChange;
import guywire.protocol.Endpoint;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The control socket of a userspace WireGuard: lines of {@code key=value}, ended by an empty one.
 *
 * <p>Unknown keys of an answer are passed over. An error number is heeded with either sign, since
 * programs differ in it.
 */
record UapiSocket(Path socket, int patienceSeconds) implements DeviceControl {

  /** A program that is only busy answers sooner. */
  private static final int PATIENCE_SECONDS = 20;

  private static final HexFormat HEX = HexFormat.of();
  private static final String ERROR = "errno=";
  private static final String DROPPED = "dropped_";
  private static final int LONGEST_REASON = 40;

  UapiSocket(Path socket) {
    this(socket, PATIENCE_SECONDS);
  }

  @Override
  public WireGuardDevice read() {
    return parse(exchange("get=1\n\n"));
  }

  @Override
  public void change(DeviceChange change) {
    exchange(request(change));
  }

  /** Whether a program answers. */
  boolean answers() {
    try (var _ = UnixStream.connect(socket, patienceSeconds)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  static String request(DeviceChange change) {
    var text = new StringBuilder("set=1\n");
    change.privateKey().ifPresent(key -> line(text, "private_key", hex(key.bytes())));
    change.listenPort().ifPresent(port -> line(text, "listen_port", port));
    change.firewallMark().ifPresent(mark -> line(text, "fwmark", mark));
    for (var peer : change.peers()) {
      append(text, peer);
    }
    return text.append('\n').toString();
  }

  private static void append(StringBuilder text, PeerChange peer) {
    line(text, "public_key", hex(peer.key().bytes()));
    switch (peer.fate()) {
      case REMOVED -> {
        line(text, "remove", true);
        return;
      }
      case CHANGED -> line(text, "update_only", true);
      case ADDED -> {}
    }
    peer.presharedKey().ifPresent(key -> line(text, "preshared_key", hex(key.bytes())));
    peer.endpoint().ifPresent(endpoint -> line(text, "endpoint", endpoint));
    peer.keepaliveSeconds()
        .ifPresent(seconds -> line(text, "persistent_keepalive_interval", seconds));
    if (peer.replaceAllowedIps() || peer.fate() == Fate.ADDED) {
      line(text, "replace_allowed_ips", true);
    }
    peer.allowedIps().forEach(prefix -> line(text, "allowed_ip", prefix));
  }

  private static void line(StringBuilder text, String key, Object value) {
    text.append(key).append('=').append(value).append('\n');
  }

  private static String hex(byte[] bytes) {
    return HEX.formatHex(bytes);
  }

  /** What is said holds keys: nobody else may listen behind the socket. */
  private void check() throws IOException {
    Path directory = Objects.requireNonNull(socket.getParent());
    try (var sockets = OwnedDirectory.open(directory, Audience.EVERYBODY)) {
      sockets.check(String.valueOf(socket.getFileName()));
    }
  }

  private List<String> exchange(String request) {
    try {
      check();
    } catch (UnsafeFileException e) {
      throw new SetupFailure(Text.of(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException("control socket " + socket + ": " + e.getMessage(), e);
    }
    try (var stream = UnixStream.connect(socket, patienceSeconds)) {
      stream.output().write(request.getBytes(StandardCharsets.US_ASCII));
      var lines = new ArrayList<String>();
      try (var buffered =
          new BufferedReader(new InputStreamReader(stream.input(), StandardCharsets.US_ASCII))) {
        for (var line = buffered.readLine();
            line != null && !line.isEmpty();
            line = buffered.readLine()) {
          lines.add(line);
        }
      }
      return withoutError(lines);
    } catch (IOException e) {
      throw new UncheckedIOException("control socket " + socket + ": " + e.getMessage(), e);
    }
  }

  private List<String> withoutError(List<String> lines) {
    int error = error(lines.isEmpty() ? "" : lines.getLast());
    if (error < 0) {
      throw new LinuxException("control socket " + socket + ": no proper answer", Errno.EINVAL);
    }
    if (error != 0) {
      throw new LinuxException("control socket " + socket, error);
    }
    return lines.subList(0, lines.size() - 1);
  }

  /**
   * The error number of the line that ends an answer, such as {@code errno=-22}; -1 if it is none.
   */
  private static int error(String line) {
    String number = line.startsWith(ERROR) ? line.substring(ERROR.length()) : "";
    String digits = number.startsWith("-") ? number.substring(1) : number;
    return isDecimal(digits, 4) ? Integer.parseInt(digits) : -1;
  }

  static WireGuardDevice parse(List<String> lines) {
    var device = new LinkedHashMap<String, String>();
    var peers = new ArrayList<WireGuardPeer>();
    Map<String, String> current = device;
    List<Prefix> allowed = new ArrayList<>();
    for (var line : lines) {
      int equals = line.indexOf('=');
      if (equals < 0) {
        continue;
      }
      String key = line.substring(0, equals);
      String value = line.substring(equals + 1);
      if (key.equals("public_key")) {
        if (current != device) {
          peers.add(peer(current, allowed));
        }
        current = new LinkedHashMap<>();
        allowed = new ArrayList<>();
      }
      if (key.equals("allowed_ip")) {
        Prefix.tryParse(value).ifPresent(allowed::add);
      }
      current.put(key, value);
    }
    if (current != device) {
      peers.add(peer(current, allowed));
    }
    return new WireGuardDevice(
        key(device, "private_key").map(PrivateKey::of).filter(key -> !key.isZero()),
        (int) number(device, "listen_port"),
        number(device, "fwmark"),
        peers,
        drops(device));
  }

  /** What our own data plane tells besides: {@code dropped_no_peer=3}. */
  private static SortedMap<String, Long> drops(Map<String, String> device) {
    var drops = new TreeMap<String, Long>();
    device.forEach((key, value) -> {
      if (key.startsWith(DROPPED) && isReason(key.substring(DROPPED.length()))) {
        drops.put(key.substring(DROPPED.length()).replace('_', '-'), number(value));
      }
    });
    return drops;
  }

  private static boolean isReason(String word) {
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9')) {
        return false;
      }
    }
    return !word.isEmpty() && word.length() <= LONGEST_REASON;
  }

  private static WireGuardPeer peer(Map<String, String> values, List<Prefix> allowed) {
    long seconds = number(values, "last_handshake_time_sec");
    long nanos = number(values, "last_handshake_time_nsec");
    return new WireGuardPeer(
        PublicKey.of(key(values, "public_key").orElseThrow()),
        key(values, "preshared_key").map(PresharedKey::of).filter(key -> !key.isZero()),
        Optional.ofNullable(values.get("endpoint")).flatMap(Endpoint::tryParse),
        allowed,
        (int) number(values, "persistent_keepalive_interval"),
        seconds == 0 && nanos == 0
            ? Optional.empty()
            : Optional.of(Instant.ofEpochSecond(seconds, nanos)),
        number(values, "rx_bytes"),
        number(values, "tx_bytes"));
  }

  private static Optional<byte[]> key(Map<String, String> values, String name) {
    return Optional.ofNullable(values.get(name))
        .filter(text -> text.length() == 64)
        .map(HEX::parseHex);
  }

  private static long number(Map<String, String> values, String name) {
    return number(values.getOrDefault(name, "0"));
  }

  /**
   * What is no number, or larger than one can be, comes from a program that is not to be heeded.
   */
  private static long number(String text) {
    if (!isDecimal(text, 19)) {
      return 0;
    }
    // Of 19 digits some are more than a long holds.
    long number = 0;
    for (int i = 0; i < text.length(); i++) {
      number = number * 10 + text.charAt(i) - '0';
    }
    return number < 0 ? Long.MAX_VALUE : number;
  }

  /**
   * Whether a text is a number of so many digits at most. Answers have hundreds of them, and are
   * read by commands that have just begun, where a regular expression is slow.
   */
  private static boolean isDecimal(String text, int most) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty() && text.length() <= most;
  }
}
