package guywire.lab;

import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.TunnelInterface;
import guywire.node.TunnelProgram;
import guywire.protocol.PublicKey;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Which program carries the packets of the lab's nodes. */
public enum TunnelPrograms {
  /** Guywire's own data plane on every node. */
  GUYWIRE,
  /** wireguard-go on every node. */
  WIREGUARD_GO,
  /** One of the two on each node, so that as many links as possible have one at either end. */
  MIXED;

  /** The word users write, such as wireguard-go. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The program for every node of a network. */
  Map<Name, TunnelProgram> programs(Network network) {
    var programs = new LinkedHashMap<Name, TunnelProgram>();
    for (NodeConfig node : network.nodes()) {
      switch (this) {
        case GUYWIRE -> programs.put(node.name(), TunnelProgram.GUYWIRE);
        case WIREGUARD_GO -> programs.put(node.name(), TunnelProgram.WIREGUARD_GO);
        case MIXED -> {}
      }
    }
    if (this == MIXED) {
      alternate(network, programs);
    }
    return programs;
  }

  /** Walks along the links; every node gets the other program than the one it was reached from. */
  private static void alternate(Network network, Map<Name, TunnelProgram> programs) {
    Map<Name, Set<Name>> links = links(network);
    for (Name start : links.keySet()) {
      if (programs.containsKey(start)) {
        continue;
      }
      programs.put(start, TunnelProgram.GUYWIRE);
      var queue = new ArrayDeque<Name>();
      queue.add(start);
      while (!queue.isEmpty()) {
        Name here = queue.remove();
        TunnelProgram other =
            TunnelProgram.GUYWIRE.equals(programs.get(here))
                ? TunnelProgram.WIREGUARD_GO
                : TunnelProgram.GUYWIRE;
        for (Name next : links.getOrDefault(here, Set.of())) {
          if (programs.putIfAbsent(next, other) == null) {
            queue.add(next);
          }
        }
      }
    }
  }

  private static Map<Name, Set<Name>> links(Network network) {
    var owners = new HashMap<PublicKey, Name>();
    var links = new LinkedHashMap<Name, Set<Name>>();
    for (NodeConfig node : network.nodes()) {
      links.put(node.name(), new LinkedHashSet<>());
      for (TunnelInterface tunnel : node.interfaces()) {
        tunnel.publicKey().ifPresent(key -> owners.put(key, node.name()));
      }
    }
    for (NodeConfig node : network.nodes()) {
      var peers = new LinkedHashSet<Name>();
      for (TunnelInterface tunnel : node.interfaces()) {
        for (PeerConfig peer : tunnel.peers()) {
          Name owner = owners.get(peer.publicKey());
          if (owner != null && !owner.equals(node.name())) {
            peers.add(owner);
          }
        }
      }
      for (Name peer : peers) {
        links.getOrDefault(node.name(), new HashSet<>()).add(peer);
        links.getOrDefault(peer, new HashSet<>()).add(node.name());
      }
    }
    return links;
  }
}
