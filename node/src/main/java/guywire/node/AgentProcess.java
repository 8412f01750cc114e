package guywire.node;

import guywire.network.json.NodeId;
import guywire.network.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * A host's agent, as it is seen from outside. It is alive for as long as it holds the lock of its
 * lock file, which the kernel takes from it however it ends; in the file it says its number, once
 * it is ready, and for which nodes it does what it was told. What it is told about a node is a file
 * in the node's own directory.
 */
record AgentProcess(Commands commands, StateDirectory host) {

  /** In another room, which uses this one. */
  private static final String MAIN = "guywire.agent.AgentProgram";

  private static final String HEAP = "64m";
  private static final String TOLD = "agent.json";
  private static final String LOCK = "agent.lock";
  private static final String LOG = "agent.log";

  /** What it answers when it ends because there is nothing for it to do. */
  static final String ENDS = "ends";

  private static final int MOST_BYTES = 64 * 1024;
  private static final long STOP_SECONDS = 3;

  /** A machine that is busy takes a while to open ports. */
  private static final long BEGIN_SECONDS = 15;

  static AgentProcess of(Tools tools) {
    return new AgentProcess(tools.commands(), tools.machine().state());
  }

  /** What it says of itself: its number, 0 until it is ready, and the marks of what it was told. */
  private record Life(long pid, Map<String, String> marks) {
    static Life read(String text) {
      var marks = new HashMap<String, String>();
      long pid = 0;
      for (var line : text.lines().toList()) {
        String[] words = line.split(" ");
        if (pid == 0 && words[0].matches("[0-9]{1,10}")) {
          pid = Long.parseLong(words[0]);
        } else if (words.length == 2) {
          marks.put(words[0], words[1]);
        }
      }
      return new Life(pid, marks);
    }
  }

  /** What it was told to do for a node, if it does that. */
  Optional<String> serves(NodeId node) {
    return life()
        .flatMap(life ->
            host.below(node.text())
                .read(TOLD)
                .filter(text -> mark(text).equals(life.marks.get(node.text()))));
  }

  /**
   * What this process says of itself, if it is the agent. It must not look at its own lock file:
   * the kernel takes a lock from a process that closes the file, by whatever channel.
   */
  private static volatile Optional<String> own = Optional.empty();

  /** Notes that this process is the agent, and what it says of itself. */
  static void isThisProcess(String said) {
    own = Optional.of(said);
  }

  private Optional<Life> life() {
    if (own.isPresent()) {
      return own.map(Life::read);
    }
    try (var channel = host.open(LOCK, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      // Shared, so that those who look at once don't take each other for the agent.
      try (var free = channel.tryLock(0, Long.MAX_VALUE, true)) {
        if (free != null) {
          return Optional.empty();
        }
      }
      var bytes = ByteBuffer.allocate(MOST_BYTES);
      channel.read(bytes, 0);
      return Optional.of(
          Life.read(new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isReady() {
    return life().filter(life -> life.pid != 0).isPresent();
  }

  /**
   * Tells it what to do for a node, or to do nothing for it any more. It is started if it is not
   * there, and ends when no node needs it.
   *
   * @throws SetupFailure if it can't do that
   */
  void give(NodeId node, Optional<String> told) {
    var own = host.below(node.text());
    if (told.isPresent()) {
      own.make().replace(TOLD, told.get());
    } else if (Files.isDirectory(own.path(), LinkOption.NOFOLLOW_LINKS)) {
      own.delete(TOLD);
      own.deleteIfEmpty();
    }
    boolean wasAlive = life().isPresent();
    var answer =
        wasAlive ? ask(told.isPresent() ? BEGIN_SECONDS : STOP_SECONDS) : Optional.<String>empty();
    if (answer.isEmpty()) {
      stop();
      if (told.isPresent() || (wasAlive && !orders(host).isEmpty())) {
        start();
        answer = ask(BEGIN_SECONDS);
      }
    }
    String said = answer.orElse(ENDS);
    if (said.equals(ENDS)) {
      LongProcess.await(() -> life().isEmpty(), STOP_SECONDS);
      stop();
    }
    if (told.isPresent() && serves(node).isEmpty()) {
      String why =
          said.lines()
              .filter(line -> line.startsWith(node.text() + " "))
              .map(line -> line.substring(node.text().length() + 1))
              .findFirst()
              .orElse("");
      throw new SetupFailure(Text.of(AgentProcess.class, "agent.unable", why));
    }
  }

  /** Has it look at its orders. */
  private Optional<String> ask(long seconds) {
    // One that is only starting is ready soon, or ends by itself.
    LongProcess.await(() -> isReady() || life().isEmpty());
    return AgentSocket.ask(AgentSocket.in(host.path()), AgentSocket.ORDERS, seconds);
  }

  /** Starts it if it is not there, and has it look at all that it is told. */
  void wake() {
    if (life().isEmpty()) {
      start();
    }
    if (ask(BEGIN_SECONDS).isEmpty()) {
      throw new SetupFailure(Text.of(AgentProcess.class, "agent.unable", ""));
    }
  }

  private void start() {
    new LongProcess(commands).start(LongProcess.quiet(HEAP, MAIN), this::isReady, host, LOG);
  }

  /** Ends it if it is alive, also if it does not want to. */
  void stop() {
    for (var signal : List.of("-TERM", "-KILL")) {
      LongProcess.await(() -> isReady() || life().isEmpty(), STOP_SECONDS);
      var life = life();
      if (life.isEmpty()) {
        break;
      }
      commands.run("", "kill", signal, String.valueOf(life.get().pid));
      LongProcess.await(() -> life().isEmpty(), STOP_SECONDS);
    }
    if (life().isPresent()) {
      throw new SetupFailure(Text.of(AgentProcess.class, "agent.stays"));
    }
    if (Files.isDirectory(host.path(), LinkOption.NOFOLLOW_LINKS)) {
      List.of(LOCK, LOG, AgentSocket.in(host.path()).getFileName().toString())
          .forEach(host::delete);
    }
  }

  /** What it is told about each node of a host. */
  static Map<String, String> orders(StateDirectory host) {
    var orders = new HashMap<String, String>();
    try (var nodes = Files.newDirectoryStream(host.path())) {
      for (Path node : nodes) {
        if (Files.isDirectory(node, LinkOption.NOFOLLOW_LINKS)) {
          String name = node.getFileName().toString();
          host.below(name).read(TOLD).ifPresent(text -> orders.put(name, text));
        }
      }
      return orders;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String mark(String text) {
    var sum = new CRC32();
    sum.update(text.getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(sum.getValue());
  }
}
