package guywire.agent.mapping;

/** How a router is asked, in the order in which that is tried. */
public enum MappingProtocol {
  /** Port Control Protocol, RFC 6887. */
  PCP,
  /** NAT Port Mapping Protocol, RFC 6886. */
  NAT_PMP,
  /** UPnP Internet Gateway Device, version 1 or 2. */
  UPNP
}
