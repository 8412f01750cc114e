package guywire.agent.managed;

import guywire.network.Name;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import guywire.network.json.RecordCodec;
import java.util.Optional;

/**
 * What a server answers to a host that joins or is there.
 *
 * @param host which host it is
 * @param network what its network is called
 * @param networkId which network that is
 * @param state waiting, approved or refused
 * @param token what the host asks the rest with, once it has proven that it is here
 */
record Welcome(
    NodeId host, Name network, NetworkId networkId, String state, Optional<String> token) {

  static final RecordCodec<Welcome> CODEC = RecordCodec.of(Welcome.class);

  boolean isApproved() {
    return state.equals("approved");
  }

  @Override
  public String toString() {
    return host + " " + state;
  }
}
