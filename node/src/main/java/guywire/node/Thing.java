package guywire.node;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.json.NodeId;
import java.util.Optional;

/**
 * A place on a host where a node may have something: it is empty, or holds a text. Which texts,
 * each kind says.
 */
/*
 * The kinds that every node has write out how they compare: a record's own equals and hashCode go through
 * method handles, which each process makes anew, and they are what every command begins with.
 */
sealed interface Thing {

  /** What a place holds that is either empty or not. */
  String THERE = "there";

  /** The interface that this lives on and vanishes with, if it does. */
  default Optional<InterfaceName> on() {
    return Optional.empty();
  }

  /** Whether a claim to it has to be known also after the machine's next start. */
  default boolean outlivesRestart() {
    return false;
  }

  /** A tunnel's interface; holds the program that made it. */
  record Link(InterfaceName name) implements Thing {
    @Override
    public boolean equals(Object other) {
      return other instanceof Link link && name.equals(link.name);
    }

    @Override
    public int hashCode() {
      return name.hashCode();
    }
  }

  /** An address of a tunnel's interface. */
  record Address(InterfaceName link, InterfaceAddress address) implements Thing {
    @Override
    public Optional<InterfaceName> on() {
      return Optional.of(link);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Address own && link.equals(own.link) && address.equals(own.address);
    }

    @Override
    public int hashCode() {
      return 31 * link.hashCode() + address.hashCode();
    }
  }

  /**
   * The kernel's own route to the network of an address of a tunnel's interface. It comes with the
   * address and the interface that is up, and so is nobody's to claim; but it can be removed.
   */
  record Connected(InterfaceName link, InterfaceAddress address) implements Thing {
    /** That of an address; empty where its network is the address alone. */
    static Optional<Connected> of(Address own) {
      return own.address().prefix().isHost()
          ? Optional.empty()
          : Optional.of(new Connected(own.link(), own.address()));
    }

    @Override
    public Optional<InterfaceName> on() {
      return Optional.of(link);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Connected route
          && link.equals(route.link)
          && address.equals(route.address);
    }

    @Override
    public int hashCode() {
      return 31 * link.hashCode() + 3 * address.hashCode();
    }
  }

  /** The MTU of a tunnel's interface; holds a number of bytes. */
  record Mtu(InterfaceName link) implements Thing {
    @Override
    public Optional<InterfaceName> on() {
      return Optional.of(link);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Mtu mtu && link.equals(mtu.link);
    }

    @Override
    public int hashCode() {
      return 3 * link.hashCode();
    }
  }

  /** Whether a tunnel's interface is up. */
  record Up(InterfaceName link) implements Thing {
    @Override
    public Optional<InterfaceName> on() {
      return Optional.of(link);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Up up && link.equals(up.link);
    }

    @Override
    public int hashCode() {
      return 5 * link.hashCode();
    }
  }

  /** A route. */
  record Route(
      Prefix to, Optional<IpAddress> via, Optional<InterfaceName> device, long table, long metric)
      implements Thing {

    /** What the kernel makes of metric 0 in IPv6 (IP6_RT_PRIO_USER). */
    private static final long IPV6_METRIC = 1024;

    public Route {
      metric = metric == IPV6_METRIC && !to.address().isIpv4() ? 0 : metric;
    }

    @Override
    public Optional<InterfaceName> on() {
      return device;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Route route
          && to.equals(route.to)
          && table == route.table
          && metric == route.metric
          && device.equals(route.device)
          && via.equals(route.via);
    }

    @Override
    public int hashCode() {
      return 31 * (31 * to.hashCode() + device.hashCode()) + Long.hashCode(table);
    }
  }

  /**
   * One of the two routing rules of a full tunnel: {@code not fwmark M table M}, or {@code table
   * main suppress_prefixlength 0}.
   */
  record Rule(boolean ipv4, long priority, long mark, boolean suppressesDefault) implements Thing {}

  /**
   * A routing rule of what comes from somewhere: {@code from F table main suppress_prefixlength 0},
   * or {@code from F table T}.
   */
  record SourceRule(Prefix from, long priority, long table) implements Thing {}

  /** A routing rule of a tunnel among those that agents choose from. */
  record AgentRule(boolean ipv4, Packets packets, InterfaceName tunnel) implements Thing {
    /** For which packets, and where they look. */
    enum Packets {
      /** All, into the table of the choices of the node with this usual tunnel. */
      ALL,
      /** What came out of the usual tunnel, or one to or at a gateway, into the main table. */
      OUT_OF_USUAL,
      /** What came out of a tunnel that agents choose, into that tunnel's own table. */
      OUT_OF_CHOSEN,
      /** All, into the table of a tunnel that leads to a further gateway of a LAN. */
      TO_GATEWAY
    }
  }

  /** The node's table of nftables; holds the transaction that makes it. */
  record Table(String name) implements Thing {
    @Override
    public boolean equals(Object other) {
      return other instanceof Table table && name.equals(table.name);
    }

    @Override
    public int hashCode() {
      return 7 * name.hashCode();
    }
  }

  /** A rule in another program's filter, such as Docker's. */
  record Passage(InterfaceName tunnel, Direction direction) implements Thing {
    /** Which of the tunnel's packets pass. */
    enum Direction {
      IN,
      OUT
    }
  }

  /** A setting of the kernel, by its path below /proc/sys; holds its value. */
  record Setting(String key) implements Thing {
    private static final String OF_INTERFACES = "net/ipv4/conf/";

    @Override
    public boolean equals(Object other) {
      return other instanceof Setting setting && key.equals(setting.key);
    }

    @Override
    public int hashCode() {
      return key.hashCode();
    }

    static Setting ofInterface(InterfaceName name, String key) {
      return new Setting(OF_INTERFACES + name + "/" + key);
    }

    @Override
    public Optional<InterfaceName> on() {
      return key.startsWith(OF_INTERFACES) && key.endsWith("/rp_filter")
          ? InterfaceName.tryParse(
              key.substring(OF_INTERFACES.length(), key.length() - "/rp_filter".length()))
          : Optional.empty();
    }
  }

  /**
   * The host's resolver; holds the lines of a resolver file.
   *
   * @param link under whose name the settings are made; empty for the file itself
   */
  record Resolver(ResolverKind way, Optional<InterfaceName> link) implements Thing {
    @Override
    public Optional<InterfaceName> on() {
      return way == ResolverKind.RESOLVED ? link : Optional.empty();
    }

    @Override
    public boolean outlivesRestart() {
      return way == ResolverKind.FILE;
    }

    /** Who is told. */
    enum ResolverKind {
      RESOLVCONF,
      RESOLVED,
      FILE
    }
  }

  /** What the host's agent is told about the node. */
  record Agent(NodeId node) implements Thing {
    @Override
    public boolean equals(Object other) {
      return other instanceof Agent agent && node.equals(agent.node);
    }

    @Override
    public int hashCode() {
      return node.hashCode();
    }
  }
}
