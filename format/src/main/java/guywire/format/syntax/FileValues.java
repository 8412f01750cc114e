package guywire.format.syntax;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceAddress;
import guywire.network.PortRange;
import guywire.network.text.Place;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Reads single values of other programs' files; what is wrong with one becomes a finding. */
public final class FileValues {

  /** The longest piece of a file that a message repeats. */
  private static final int SHOWN = 60;

  /** What may be a key or most of one. */
  private static final Pattern KEY_LIKE = Pattern.compile("[A-Za-z0-9+/]{30,}=*");

  private FileValues() {}

  /** A text as a message may repeat it: short, without control characters, and without keys. */
  public static String shown(String text) {
    String plain = withoutKeys(text).replaceAll("\\p{Cntrl}", " ");
    return plain.length() <= SHOWN ? plain : plain.substring(0, SHOWN) + "…";
  }

  /** A text in which everything that may be a key, or most of one, is left out. */
  public static String withoutKeys(String text) {
    return KEY_LIKE.matcher(text).replaceAll("(key)");
  }

  /** The text of a key: 44 characters of canonical base64. It is never repeated in a message. */
  public static Optional<String> key(String text, Place place, Notes notes) {
    if (PublicKey.parse(text).isPresent()) {
      return Optional.of(text);
    }
    boolean placeholder = text.startsWith("<") || text.contains("...") || text.length() < 20;
    notes.error(
        placeholder ? "F09" : "F07", place, placeholder ? "value.placeholder" : "value.key");
    return Optional.empty();
  }

  /** A prefix; host bits are cleared with a warning. */
  public static Optional<Prefix> prefix(String text, Place place, Notes notes) {
    var exact = Prefix.tryParse(text);
    if (exact.isPresent()) {
      return exact;
    }
    var address = InterfaceAddress.tryParse(text);
    if (address.isEmpty()) {
      notes.error("F66", place, "value.prefix", shown(text));
      return Optional.empty();
    }
    var prefix = address.get().prefix();
    notes.warning(
        "F11",
        place,
        "value.host-bits",
        text,
        prefix.toString(),
        Prefix.host(address.get().address()).toString());
    return Optional.of(prefix);
  }

  /** An interface's own address; without a length it is alone in its prefix. */
  public static Optional<InterfaceAddress> address(String text, Place place, Notes notes) {
    var address = InterfaceAddress.tryParse(text);
    if (address.isEmpty()) {
      notes.error("F18", place, "value.address", shown(text));
    }
    return address;
  }

  /** An address without a length. */
  static Optional<IpAddress> host(String text, Place place, Notes notes) {
    var address = IpAddress.tryParse(text);
    if (address.isEmpty()) {
      notes.error("F66", place, "value.address", shown(text));
    }
    return address;
  }

  /** A UDP port to listen on; 0 lets the device choose. */
  public static OptionalInt port(String text, Place place, Notes notes) {
    var number = number(text, 65535);
    if (number.isEmpty()) {
      notes.error("F37", place, "value.port", shown(text));
    }
    return number.isEmpty() || number.getAsLong() == 0
        ? OptionalInt.empty()
        : OptionalInt.of((int) number.getAsLong());
  }

  /** Ports separated by commas or spaces, ranges with a hyphen or colon. */
  public static List<PortRange> ports(String text, Place place, Notes notes) {
    var ranges = new ArrayList<PortRange>();
    for (var word : text.trim().split("[,\\s]+")) {
      int hyphen = Math.max(word.indexOf('-'), word.indexOf(':'));
      var first = number(hyphen < 0 ? word : word.substring(0, hyphen), 65535);
      var last = hyphen < 0 ? first : number(word.substring(hyphen + 1), 65535);
      if (first.isEmpty()
          || last.isEmpty()
          || first.getAsLong() < 1
          || last.getAsLong() < first.getAsLong()) {
        notes.error("F66", place, "value.port", shown(word));
      } else {
        ranges.add(new PortRange((int) first.getAsLong(), (int) last.getAsLong()));
      }
    }
    return ranges;
  }

  /** A keepalive in seconds, 0 for none. */
  public static int keepalive(String text, Place place, Notes notes) {
    var number = text.equals("off") ? OptionalLong.of(0) : number(text, 65535);
    if (number.isEmpty()) {
      notes.error("F66", place, "value.keepalive", shown(text));
    }
    return (int) number.orElse(0);
  }

  /** An MTU; 0 leaves it alone. */
  public static OptionalInt mtu(String text, Place place, Notes notes) {
    var number = number(text, 65455);
    if (number.isEmpty() || (number.getAsLong() != 0 && number.getAsLong() < 576)) {
      notes.error("F60", place, "value.mtu", shown(text));
      return OptionalInt.empty();
    }
    return number.getAsLong() == 0 ? OptionalInt.empty() : OptionalInt.of((int) number.getAsLong());
  }

  /** A firewall mark, 0 for none. */
  public static long mark(String text, Place place, Notes notes) {
    var number =
        text.matches("0[xX][0-9a-fA-F]{1,8}")
            ? OptionalLong.of(Long.parseLong(text.substring(2), 16))
            : number(text, 0xffffffffL);
    if (number.isEmpty()) {
      notes.error("F66", place, "value.mark", shown(text));
    }
    return number.orElse(0);
  }

  /** An endpoint {@code host:port}, IPv6 in brackets. */
  public static Optional<EndpointAddress> endpoint(String text, Place place, Notes notes) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      notes.error("F66", place, "value.endpoint", shown(text));
      return Optional.empty();
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (!bracketed && host.indexOf(':') >= 0) {
      notes.warning("F36", place, "value.brackets", shown(text));
    }
    return endpoint(
        bracketed ? host.substring(1, host.length() - 1) : host,
        text.substring(colon + 1),
        place,
        notes);
  }

  /** An endpoint of a host and a port; an IPv6 address may have brackets. */
  public static Optional<EndpointAddress> endpoint(
      String host, String port, Place place, Notes notes) {
    String bare =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    var number = number(port, 65535);
    boolean oddAddress = bare.matches("[0-9.]+") && IpAddress.tryParse(bare).isEmpty();
    if (number.isPresent() && number.getAsLong() > 0 && !oddAddress) {
      try {
        return Optional.of(new EndpointAddress(bare, (int) number.getAsLong()));
      } catch (IllegalArgumentException e) {
        // Told below, like a port out of range.
      }
    }
    notes.error("F66", place, "value.endpoint", shown(host + ":" + port));
    return Optional.empty();
  }

  /** A decimal number from 0 to {@code most}, without sign. */
  public static OptionalLong number(String text, long most) {
    if (text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return OptionalLong.empty();
    }
    long number = Long.parseLong(text);
    return number <= most ? OptionalLong.of(number) : OptionalLong.empty();
  }
}
