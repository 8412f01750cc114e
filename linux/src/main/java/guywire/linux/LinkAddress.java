package guywire.linux;

import java.net.InetAddress;

/**
 * An address of a network interface.
 *
 * @param link the interface's index
 * @param address the address
 * @param prefixLength the length of its connected prefix in bits
 */
public record LinkAddress(int link, InetAddress address, int prefixLength) {}
