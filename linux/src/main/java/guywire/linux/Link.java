package guywire.linux;

import java.util.OptionalInt;

/**
 * A network interface as the kernel knows it.
 *
 * @param index its number in its namespace, from 1
 * @param name its name
 * @param kind what made it, such as veth, bridge, tun, wireguard; empty for hardware and loopback
 * @param up whether it is set up
 * @param running whether it is up and can carry packets
 * @param mtu its MTU in bytes
 * @param master the index of the bridge it is a port of, if any
 * @param groIpv4MaxBytes length of the longest super-packets over IPv4 that are to be put together
 *     of what comes in; absent before Linux 6.3, which takes none longer than 64 KiB
 * @param xdp whether an XDP program sees what comes in
 */
public record Link(
    int index,
    String name,
    String kind,
    boolean up,
    boolean running,
    int mtu,
    OptionalInt master,
    OptionalInt groIpv4MaxBytes,
    boolean xdp) {}
