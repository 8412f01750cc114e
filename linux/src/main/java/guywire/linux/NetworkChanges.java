package guywire.linux;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What changes in the network settings of one namespace: that of the thread that opened this; if
 * wished, also in those that have a number in it.
 *
 * <p>One thread takes the changes; any thread may close.
 */
public final class NetworkChanges implements AutoCloseable {

  // RTNLGRP_* of linux/rtnetlink.h.
  private static final int GROUP_LINK = 1;
  private static final int GROUP_IPV4_ADDRESS = 5;
  private static final int GROUP_IPV4_ROUTE = 7;
  private static final int GROUP_IPV6_ADDRESS = 9;
  private static final int GROUP_IPV6_ROUTE = 11;
  private static final int GROUP_IPV4_NETCONF = 24;

  /** One change. */
  public sealed interface Change {

    /** An interface appeared or was changed. */
    record LinkChanged(Link link) implements Change {}

    /** An interface is gone. */
    record LinkGone(Link link) implements Change {}

    /** Packets over IPv4 that come in by an interface are forwarded from now on, or no more. */
    record ForwardingChanged(int index, boolean forwards) implements Change {}

    /** An address was added. */
    record AddressAdded(LinkAddress address) implements Change {}

    /** An address was removed. */
    record AddressRemoved(LinkAddress address) implements Change {}

    /** A route was added or replaced. */
    record RouteAdded(KernelRoute route) implements Change {}

    /** A route was removed. */
    record RouteRemoved(KernelRoute route) implements Change {}

    /** The kernel had more to say than was taken in time: whoever keeps a picture reads it anew. */
    record Missed() implements Change {}
  }

  private final NetlinkSocket socket;
  private final Wakeup wakeup;
  private boolean taking;
  private boolean closed;

  private NetworkChanges(NetlinkSocket socket, Wakeup wakeup) {
    this.socket = socket;
    this.wakeup = wakeup;
  }

  /** Begins to listen for links, and whether they forward, of the calling thread's namespace. */
  public static NetworkChanges ofLinks() {
    return open(GROUP_LINK, GROUP_IPV4_NETCONF);
  }

  /** The same, and for addresses. */
  public static NetworkChanges ofLinksAndAddresses() {
    return open(GROUP_LINK, GROUP_IPV4_NETCONF, GROUP_IPV4_ADDRESS, GROUP_IPV6_ADDRESS);
  }

  /** Begins to listen for addresses and routes of the calling thread's namespace. */
  public static NetworkChanges ofRoutes() {
    return open(GROUP_IPV4_ADDRESS, GROUP_IPV4_ROUTE, GROUP_IPV6_ADDRESS, GROUP_IPV6_ROUTE);
  }

  private static NetworkChanges open(int... groups) {
    NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.ROUTE);
    try {
      for (int group : groups) {
        socket.join(group);
      }
      return new NetworkChanges(socket, new Wakeup());
    } catch (LinuxException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Hears from now on also, or no more, of all namespaces that {@link Netlink#namespaceNumber}
   * numbered here. Which of them a change is in is not told.
   */
  public void setHearingOthers(boolean hearing) {
    socket.setListeningEverywhere(hearing);
  }

  /** The descriptor, readable when changes are there. */
  public int fd() {
    return socket.descriptor();
  }

  /** Waits for changes, without end; an empty list says that this was closed. */
  public List<Change> take() {
    return poll(-1);
  }

  /** Waits for changes; an empty list says that none came in time, or that this was closed. */
  public List<Change> poll(Duration atMost) {
    return poll((int) Math.min(Integer.MAX_VALUE, atMost.toMillis()));
  }

  private List<Change> poll(int timeoutMillis) {
    synchronized (this) {
      if (closed) {
        return List.of();
      }
      taking = true;
    }
    try {
      while (socket.await(wakeup, timeoutMillis)) {
        List<Change> changes = receive();
        if (!changes.isEmpty()) {
          return changes;
        }
      }
      return List.of();
    } finally {
      synchronized (this) {
        taking = false;
        if (closed) {
          release();
        }
      }
    }
  }

  private List<Change> receive() {
    List<NetlinkSocket.Received> messages;
    try {
      messages = socket.receive();
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOBUFS) {
        return List.of(new Change.Missed());
      }
      throw e;
    }
    var changes = new ArrayList<Change>();
    for (var message : messages) {
      var body = message.body();
      switch (message.type()) {
        case LinkMessages.NEW -> changes.add(new Change.LinkChanged(LinkMessages.read(body)));
        case LinkMessages.DELETE -> changes.add(new Change.LinkGone(LinkMessages.read(body)));
        case ForwardingMessages.NEW -> ForwardingMessages.read(body).ifPresent(changes::add);
        case AddressMessages.NEW ->
            AddressMessages.read(body).map(Change.AddressAdded::new).ifPresent(changes::add);
        case AddressMessages.DELETE ->
            AddressMessages.read(body).map(Change.AddressRemoved::new).ifPresent(changes::add);
        case RouteMessages.NEW ->
            RouteMessages.read(body).map(Change.RouteAdded::new).ifPresent(changes::add);
        case RouteMessages.DELETE ->
            RouteMessages.read(body).map(Change.RouteRemoved::new).ifPresent(changes::add);
        default -> {}
      }
    }
    return changes;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (taking) {
      // The taker frees what it is using, once awake.
      wakeup.signal();
    } else {
      release();
    }
  }

  private void release() {
    socket.close();
    wakeup.close();
  }
}
