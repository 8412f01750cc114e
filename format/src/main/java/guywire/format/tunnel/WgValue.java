package guywire.format.tunnel;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.EndpointAddress;
import guywire.network.Setback.SetUpStep;
import guywire.network.text.Severity;
import guywire.protocol.PublicKey;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads single values as {@code wg} does, telling the file's reader of what is wrong with them. */
final class WgValue {

  /** Keys printed in manual pages and tutorials, which anyone may hold. */
  private static final Set<String> EXAMPLES =
      Set.of(
          "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=",
          "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=",
          "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=",
          "gN65BkIKy1eCE9pP1wdc8ROUtkHLF2PfAqYdyYBz6EA=",
          "HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=",
          "oK56DE9Ue9zK76rAc8pBl6opph+1v36lm7cXXsQKrQM=");

  private WgValue() {}

  /** A peer's key. */
  static Optional<PublicKey> publicKey(String text, WgQuickReader file) {
    return key(text, file).flatMap(PublicKey::parse);
  }

  /** The text of a key: 44 characters of canonical base64. */
  static Optional<String> key(String text, WgQuickReader file) {
    if (PublicKey.parse(text).isEmpty()) {
      boolean placeholder =
          text.startsWith("<")
              || text.endsWith(">")
              || text.contains("...")
              || text.contains("…")
              || text.chars().anyMatch(c -> c > 126)
              || text.length() < 20;
      file.refuse(
          SetUpStep.CONFIGURE,
          placeholder ? "F09" : "F07",
          placeholder ? "wg.placeholder" : "wg.key");
      return Optional.empty();
    }
    if (EXAMPLES.contains(text)) {
      file.error("F09", "wg.example-key");
    }
    return Optional.of(text);
  }

  /** A port to listen on; empty lets the kernel choose. */
  static OptionalInt listenPort(String text, WgQuickReader file) {
    if (!text.matches("[0-9]{1,9}")) {
      file.refuse(SetUpStep.CONFIGURE, "F37", "wg.port", text);
      return OptionalInt.empty();
    }
    int number = Integer.parseInt(text);
    int port = number & 0xffff;
    if (number > 65535) {
      file.error("F37", "wg.port-wraps", text, String.valueOf(port));
    }
    return port == 0 ? OptionalInt.empty() : OptionalInt.of(port);
  }

  /** A firewall mark, 0 for none. */
  static long mark(String text, WgQuickReader file) {
    if (text.equalsIgnoreCase("off")) {
      return 0;
    }
    if (text.matches("0x[0-9a-fA-F]{1,8}")) {
      return Long.parseLong(text.substring(2), 16);
    }
    if (text.matches("[0-9]{1,10}") && Long.parseLong(text) <= 0xffffffffL) {
      return Long.parseLong(text);
    }
    file.refuse(SetUpStep.CONFIGURE, "F66", "wg.mark", text);
    return 0;
  }

  /** A keepalive in seconds, 0 for none. */
  static int keepalive(String text, WgQuickReader file) {
    if (text.equalsIgnoreCase("off")) {
      return 0;
    }
    if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65535) {
      return Integer.parseInt(text);
    }
    file.refuse(SetUpStep.CONFIGURE, "F66", "wg.keepalive", text);
    return 0;
  }

  /** A prefix; host bits are cleared with a warning. */
  static Optional<Prefix> allowedIp(String text, WgQuickReader file) {
    int slash = text.indexOf('/');
    var address = IpAddress.tryParse(slash < 0 ? text : text.substring(0, slash));
    String digits = slash < 0 ? "" : text.substring(slash + 1);
    if (address.isEmpty()
        || (slash >= 0 && (digits.isEmpty() || digits.length() > 3 || !isDecimal(digits)))) {
      file.refuse(
          SetUpStep.CONFIGURE,
          "F66",
          text.isEmpty() ? "wg.empty-allowed-ip" : "wg.allowed-ip",
          text);
      return Optional.empty();
    }
    int bits = address.get().family().bits();
    int length = slash < 0 ? bits : Integer.parseInt(digits);
    if (length > bits) {
      file.refuse(SetUpStep.CONFIGURE, "F66", "wg.allowed-ip", text);
      return Optional.empty();
    }
    if (slash < 0 && address.get().isUnspecified()) {
      file.error("F11", "wg.any-without-length", text);
    }
    var prefix = Prefix.around(address.get(), length);
    if (!prefix.address().equals(address.get())) {
      file.report(
          "F11",
          Severity.WARNING,
          file.place(text),
          "wg.host-bits",
          text,
          prefix.toString(),
          address.get().toString());
    }
    return Optional.of(prefix);
  }

  private static boolean isDecimal(String digits) {
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  /** Where to send; a name is kept as a name. */
  static Optional<EndpointAddress> endpoint(String text, WgQuickReader file) {
    int colon = text.lastIndexOf(':');
    String digits = colon < 0 ? "" : text.substring(colon + 1);
    if (colon < 1
        || digits.isEmpty()
        || digits.length() > 5
        || !isDecimal(digits)
        || Integer.parseInt(digits) > 65535) {
      file.refuse(SetUpStep.CONFIGURE, "F66", "wg.endpoint", text);
      return Optional.empty();
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (bracketed) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      file.warning("F36", "wg.brackets", host, digits);
    }
    int scope = host.indexOf('%');
    if (scope >= 0) {
      file.warning("F36", "wg.scope", host);
      host = host.substring(0, scope);
    }
    boolean digitsOnly = host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    if (digitsOnly && IpAddress.tryParse(host).isEmpty()) {
      file.error("F66", "wg.odd-address", host);
      return Optional.empty();
    }
    try {
      return Optional.of(new EndpointAddress(host, Integer.parseInt(digits)));
    } catch (IllegalArgumentException e) {
      if (Integer.parseInt(digits) == 0) {
        file.error("F66", "wg.endpoint", text);
        return Optional.empty();
      }
      boolean placeholder = host.toLowerCase(Locale.ROOT).matches(".*[<>\\u0100-\\uffff].*");
      file.refuse(
          SetUpStep.CONFIGURE,
          placeholder ? "F09" : "F66",
          placeholder ? "wg.placeholder" : "wg.endpoint",
          text);
      return Optional.empty();
    }
  }
}
