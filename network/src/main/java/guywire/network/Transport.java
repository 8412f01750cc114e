package guywire.network;

import java.util.Locale;

/** What a packet carries, as far as policies and probes tell packets apart. */
public enum Transport {
  ICMP,
  TCP,
  UDP;

  /** The word users write: icmp, tcp, udp. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
