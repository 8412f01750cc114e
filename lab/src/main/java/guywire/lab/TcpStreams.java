package guywire.lab;

import guywire.address.IpAddress;
import guywire.network.Promise;
import guywire.network.Transport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A stream for each of several promises that lets TCP pass. */
final class TcpStreams implements AutoCloseable {

  private record Place(LabMachine machine, IpAddress address, int port) {}

  private final Map<Place, Responder> responders = new HashMap<>();
  private final Map<Promise, TcpStream> streams = new LinkedHashMap<>();

  private TcpStreams() {}

  /**
   * Begins them all at once: those that are refused in silence take some seconds each.
   *
   * @throws LabException if nothing can listen at a far end
   */
  static TcpStreams begin(Lab lab, List<Promise> promises) {
    var streams = new TcpStreams();
    try {
      var heard = promises.stream().filter(promise -> streams.listen(lab, promise)).toList();
      var begun = new ConcurrentHashMap<Promise, TcpStream>();
      var threads = new ArrayList<Thread>();
      for (var promise : heard) {
        threads.add(
            Thread.ofVirtual()
                .start(() ->
                    TcpStream.begin(lab, promise, SteadyFlows.paceNanos(promises.size()))
                        .ifPresent(stream -> begun.put(promise, stream))));
      }
      for (var thread : threads) {
        thread.join();
      }
      streams.streams.putAll(begun);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      streams.close();
      throw e;
    }
    return streams;
  }

  /** Whether the far end sends back what it gets, and not another program listens there. */
  private boolean listen(Lab lab, Promise promise) {
    var place =
        new Place(lab.machine(promise.to()), promise.target(), promise.port().orElseThrow());
    return !responders
        .computeIfAbsent(
            place,
            _ -> Responder.start(place.machine(), Transport.TCP, place.address(), place.port()))
        .isForeign();
  }

  /** Those that there are. */
  Map<Promise, TcpStream> all() {
    return streams;
  }

  @Override
  public void close() {
    streams.values().forEach(TcpStream::close);
    responders.values().forEach(Responder::close);
  }
}
