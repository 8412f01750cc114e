package guywire.node;

import guywire.linux.DatagramPort;
import guywire.linux.Poll;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Questions by UDP: what is known here is answered by the thread that reads, so it goes on however
 * many wait for upstream; so many may do that at once, and whoever comes then is told that it
 * failed.
 */
final class NameDatagrams {

  /** Each may wait for seconds where upstream is dead. */
  private static final int MOST_WAITING = 32;

  private static final int IDLE_SECONDS = 10;

  private final NameSockets sockets;
  private final NameAnswering answering;
  private final ThreadPoolExecutor waiting =
      new ThreadPoolExecutor(
          0,
          MOST_WAITING,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().daemon().name("upstream ", 0).factory());

  NameDatagrams(NameSockets sockets, NameAnswering answering) {
    this.sockets = sockets;
    this.answering = answering;
  }

  /** Until the sockets are closed. */
  void serve() {
    List<DatagramPort> ports = List.of();
    while (true) {
      boolean last = sockets.isClosed();
      var now = sockets.datagrams();
      var gone = new ArrayList<>(ports);
      gone.removeAll(now);
      gone.forEach(DatagramPort::close);
      if (last) {
        return;
      }
      ports = now;
      serve(ports);
    }
  }

  /** Until there are others. */
  private void serve(List<DatagramPort> ports) {
    int[] fds = new int[ports.size() + 1];
    for (int i = 0; i < ports.size(); i++) {
      fds[i] = ports.get(i).fd();
    }
    fds[ports.size()] = sockets.datagramsChanged().fd();
    var poll = new Poll(fds);
    while (!sockets.datagramsChanged().clear()) {
      poll.await();
      for (int i = 0; i < ports.size(); i++) {
        if (poll.ready(i)) {
          var port = ports.get(i);
          port.receive().ifPresent(datagram -> answer(port, datagram));
        }
      }
    }
  }

  private void answer(DatagramPort port, DatagramPort.Datagram datagram) {
    var question = answering.read(datagram.bytes(), Addresses.ofJava(datagram.from().getAddress()));
    if (question.isEmpty()) {
      return;
    }
    var asked = question.get();
    var known = answering.known(asked, false);
    if (known.isPresent()) {
      port.send(known.get(), datagram.sender());
      return;
    }
    try {
      waiting.execute(() -> port.send(answering.asked(asked, false), datagram.sender()));
    } catch (RejectedExecutionException e) {
      port.send(answering.failed(asked), datagram.sender());
    }
  }
}
