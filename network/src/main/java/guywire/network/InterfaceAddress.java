package guywire.network;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.util.Optional;

/**
 * An interface's own address with the length of the prefix it lies in, such as 10.0.0.1/24.
 *
 * @param address the address
 * @param prefixLength the length of the connected prefix in bits
 */
public record InterfaceAddress(IpAddress address, int prefixLength) {

  /**
   * Checks the length.
   *
   * @throws IllegalArgumentException if it is out of the family's range
   */
  public InterfaceAddress {
    if (prefixLength < 0 || prefixLength > address.family().bits()) {
      throw new IllegalArgumentException("prefix length out of range: " + prefixLength);
    }
  }

  /** Reads {@code address/length} or a bare address, which is alone in its prefix. */
  public static Optional<InterfaceAddress> tryParse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return IpAddress.tryParse(text).map(a -> new InterfaceAddress(a, a.family().bits()));
    }
    int length = Prefix.length(text.substring(slash + 1));
    if (length < 0) {
      return Optional.empty();
    }
    return IpAddress.tryParse(text.substring(0, slash))
        .filter(a -> length <= a.family().bits())
        .map(a -> new InterfaceAddress(a, length));
  }

  /** The connected prefix. */
  public Prefix prefix() {
    return Prefix.around(address, prefixLength);
  }

  /** Written out, as a record's own goes through method handles that each process makes anew. */
  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof InterfaceAddress own
            && prefixLength == own.prefixLength
            && address.equals(own.address);
  }

  @Override
  public int hashCode() {
    return 31 * address.hashCode() + prefixLength;
  }

  @Override
  public String toString() {
    return address + "/" + prefixLength;
  }
}
