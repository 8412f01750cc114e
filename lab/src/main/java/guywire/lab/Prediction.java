package guywire.lab;

import guywire.network.config.Spot;
import guywire.protocol.IpAddress;

/** What is expected of a pair of machines before a packet is sent. */
@FunctionalInterface
public interface Prediction {

  /**
   * Whether an echo request from one to an address of the other arrives, and its reply comes back.
   */
  boolean reaches(Spot from, Spot to, IpAddress target);
}
