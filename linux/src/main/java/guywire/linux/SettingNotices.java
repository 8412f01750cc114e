package guywire.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Word that somebody changed network settings of one namespace, that of the thread that opened
 * this: interfaces, addresses, routes, rules, forwarding, and what nftables holds. What was changed
 * is for the hearer to see.
 *
 * <p>For one thread.
 */
public final class SettingNotices implements AutoCloseable {

  // RTNLGRP_* of linux/rtnetlink.h: links, addresses, routes and rules of both families, netconf.
  private static final int[] ROUTE_GROUPS = {1, 5, 7, 8, 9, 11, 19, 24, 25};

  // linux/netfilter/nfnetlink.h and nf_tables.h.
  private static final int NETFILTER = 12;
  private static final int NFTABLES_GROUP = 7;
  private static final int NEW_GENERATION = (10 << 8) | 15;
  private static final int NFGENMSG_BYTES = 4;
  private static final int GENERATION_PROGRAM = 3;

  private static final int NO_DESCRIPTOR = -1;

  /**
   * A notice.
   *
   * @param ofFilter whether nftables was changed, not the rest
   * @param program the name of the program that did it, where that can be known
   */
  public record Notice(boolean ofFilter, Optional<String> program) {}

  private final NetlinkSocket route;
  private final Optional<NetlinkSocket> filter;
  private final Poll poll;

  private SettingNotices(NetlinkSocket route, Optional<NetlinkSocket> filter) {
    this.route = route;
    this.filter = filter;
    this.poll =
        new Poll(route.descriptor(), filter.map(NetlinkSocket::descriptor).orElse(NO_DESCRIPTOR));
  }

  /** Begins to listen; where the kernel has no nftables, not for it. */
  public static SettingNotices open() {
    NetlinkSocket route = NetlinkSocket.open(NetlinkSocket.ROUTE);
    try {
      for (int group : ROUTE_GROUPS) {
        route.join(group);
      }
      return new SettingNotices(route, ofFilter());
    } catch (LinuxException e) {
      route.close();
      throw e;
    }
  }

  private static Optional<NetlinkSocket> ofFilter() {
    Optional<NetlinkSocket> opened = Optional.empty();
    try {
      opened = Optional.of(NetlinkSocket.open(NETFILTER));
      opened.get().join(NFTABLES_GROUP);
      return opened;
    } catch (LinuxException e) {
      opened.ifPresent(NetlinkSocket::close);
      return Optional.empty();
    }
  }

  /** What becomes readable when there is something to {@link #take}. */
  public List<Integer> fds() {
    var fds = new ArrayList<Integer>();
    fds.add(route.descriptor());
    filter.ifPresent(socket -> fds.add(socket.descriptor()));
    return fds;
  }

  /** Takes what there is now, without waiting. */
  public List<Notice> take() {
    var notices = new ArrayList<Notice>();
    while (poll.look()) {
      if (poll.ready(0)) {
        take(route, false, notices);
      }
      if (poll.ready(1)) {
        filter.ifPresent(socket -> take(socket, true, notices));
      }
    }
    return notices;
  }

  private static void take(NetlinkSocket socket, boolean ofFilter, List<Notice> notices) {
    try {
      for (var message : socket.receive()) {
        notices.add(new Notice(ofFilter, ofFilter ? program(message) : program(message.port())));
      }
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOBUFS) {
        throw e;
      }
      // There was more than was taken in time.
      notices.add(new Notice(ofFilter, Optional.empty()));
    }
  }

  /** The message that ends a transaction of nftables says whose it was. */
  private static Optional<String> program(NetlinkSocket.Received message) {
    if (message.type() != NEW_GENERATION || message.body().remaining() < NFGENMSG_BYTES) {
      return Optional.empty();
    }
    return Attributes.of(message.body().position(NFGENMSG_BYTES)).text(GENERATION_PROGRAM);
  }

  /**
   * The first netlink socket of a process has the process's number, which messages about its
   * changes carry: a guess that only holds while a process of that number is there.
   */
  private static Optional<String> program(int port) {
    if (port <= 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(Path.of("/proc/" + port + "/comm")).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    route.close();
    filter.ifPresent(NetlinkSocket::close);
  }
}
