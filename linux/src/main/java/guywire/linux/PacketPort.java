package guywire.linux;

/**
 * Where IP packets enter and leave a host: a TUN, or what stands for one. Reads and writes never
 * block; reading belongs to one thread, writing to any.
 */
public interface PacketPort {

  /** What may be handed over uncut or without checksums. */
  enum Offload {
    /** Packets whose checksum is still to be computed. */
    CHECKSUM,
    /** TCP super-packets of up to 64 KiB. */
    TCP,
    /** UDP super-packets (Linux 6.2 and newer). */
    UDP
  }

  /** Whether a {@link VirtioHeader} stands before every packet. */
  boolean hasVirtioHeader();

  /** Asks for these offloads and no others; false if they are refused together. */
  boolean setOffloads(Iterable<Offload> offloads);

  /** Reads one packet with its header: its length in bytes, or the negative error number. */
  int read(long address, int capacity);

  /** Writes one packet with its header: bytes, or the negative error number. */
  int write(long address, int length);
}
