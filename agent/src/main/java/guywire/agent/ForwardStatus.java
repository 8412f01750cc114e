package guywire.agent;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.network.Transport;
import guywire.network.json.RecordCodec;
import guywire.network.json.UnreadableDocument;
import guywire.node.HostAgent;
import guywire.node.Machine;
import java.util.ArrayList;
import java.util.List;

/**
 * What a gateway passes on just now.
 *
 * @param node the gateway
 * @param asker who asked for it
 * @param address the gateway's address
 * @param transport TCP or UDP
 * @param port its port
 * @param target the target's address
 * @param targetPort its port
 * @param secondsLeft when it ends by itself
 * @param connections how many connections there are now
 * @param connectionsSoFar how many there were, with those
 * @param bytes how many bytes were passed on, in both directions
 */
public record ForwardStatus(
    Name node,
    IpAddress asker,
    IpAddress address,
    Transport transport,
    int port,
    IpAddress target,
    int targetPort,
    long secondsLeft,
    long connections,
    long connectionsSoFar,
    long bytes) {

  static final RecordCodec<ForwardStatus> CODEC = RecordCodec.of(ForwardStatus.class);

  /** What the nodes of a machine pass on; nothing if it has no agent. */
  public static List<ForwardStatus> all(Machine machine) {
    var all = new ArrayList<ForwardStatus>();
    for (var line : HostAgent.forwards(machine)) {
      try {
        all.add(CODEC.read(line));
      } catch (UnreadableDocument e) {
        // An agent of another version says other things.
      }
    }
    return List.copyOf(all);
  }
}
