package guywire.lab;

import guywire.address.IpAddress;
import guywire.network.Promise;
import guywire.network.Transport;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A flow for each of several promises; those to the same place are answered by one listener. */
final class SteadyFlows implements AutoCloseable {

  /** A hundred datagrams a second, and fewer for each where there are more flows than this. */
  private static final long PACE_NANOS = 10_000_000L;

  private static final int FLOWS_AT_FULL_PACE = 20;

  private record Place(LabMachine machine, IpAddress address, int port) {}

  private final Map<Place, Responder> responders = new HashMap<>();
  private final Map<Promise, SteadyFlow> flows = new LinkedHashMap<>();

  private SteadyFlows() {}

  /**
   * Begins them.
   *
   * @throws LabException if that is impossible, also because something else listens at a far end
   */
  static SteadyFlows begin(Lab lab, List<Promise> promises) {
    var flows = new SteadyFlows();
    try {
      for (var promise : promises) {
        flows.listen(lab, promise);
        flows.flows.put(promise, SteadyFlow.begin(lab, promise, paceNanos(promises.size())));
      }
      return flows;
    } catch (RuntimeException e) {
      flows.close();
      throw e;
    }
  }

  /** From one datagram to the next where so many flows run. */
  static long paceNanos(int flows) {
    return PACE_NANOS * Math.max(1, flows / FLOWS_AT_FULL_PACE);
  }

  private void listen(Lab lab, Promise promise) {
    var place =
        new Place(lab.machine(promise.to()), promise.target(), promise.port().orElseThrow());
    if (!responders.containsKey(place)) {
      var responder =
          Responder.start(place.machine(), Transport.UDP, place.address(), place.port());
      responders.put(place, responder);
      if (responder.isForeign()) {
        throw new LabException(
            "something listens at port " + place.port() + " of " + place.machine().name());
      }
    }
  }

  Map<Promise, SteadyFlow> all() {
    return flows;
  }

  @Override
  public void close() {
    flows.values().forEach(SteadyFlow::close);
    responders.values().forEach(Responder::close);
  }
}
