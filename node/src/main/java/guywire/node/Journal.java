package guywire.node;

import guywire.network.json.NodeId;
import guywire.network.json.RecordCodec;
import guywire.network.json.UnreadableDocument;
import guywire.network.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The state of a host on disk, as a list of what was done. A line is on the disk before what it
 * says is done, so that whoever comes next knows what may be there and what was there before.
 *
 * <p>What is gone with the next start of the machine stands in {@code /run/guywire/journal}. What
 * outlives it, because a file of the host was changed, stands in {@code /var/lib/guywire/journal}.
 *
 * <p>For one thread, which holds the host's lock if it writes.
 */
class Journal implements AutoCloseable {

  /** In 2 a node has an agent in the stead of processes for each purpose. */
  static final int VERSION = 2;

  private static final String FILE = "journal";
  private static final RecordCodec<JournalEntry> CODEC = RecordCodec.of(JournalEntry.class);

  private final StateDirectory volatiles;
  private final StateDirectory durables;
  private final Ledger ledger = new Ledger();
  private @org.jspecify.annotations.Nullable FileChannel appending;
  private boolean grown;

  /** Whether the volatile file is whole lines, and all of them are heeded. */
  private boolean whole;

  /**
   * The lines of the nodes and claims that were read or written, by these themselves: a node with a
   * thousand peers is long, as is what its agent is told, and a change writes each several times.
   */
  private final Map<Record, String> lines = new IdentityHashMap<>();

  Journal(StateDirectory volatiles, StateDirectory durables) {
    this.volatiles = volatiles;
    this.durables = durables;
    readFrom(durables);
    whole = readFrom(volatiles);
  }

  /**
   * Reads the state of a machine.
   *
   * @throws SetupFailure if it was written by another version
   */
  static Journal read(Machine machine) {
    return new Journal(machine.state(), machine.durableState());
  }

  /** Tells one state of a machine's journal from all others, without reading it. */
  static Optional<String> stamp(Machine machine) {
    var file = machine.state().file(FILE);
    try {
      return Optional.of(
          Files.getAttribute(file, "unix:ino")
              + " "
              + Files.size(file)
              + " "
              + Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether it is there, and whole lines to its end. */
  private boolean readFrom(StateDirectory directory) {
    var text = directory.read(FILE);
    if (text.isEmpty()) {
      return false;
    }
    // A last line without its end was being written when the command ended: it was not yet heeded.
    int end = text.get().lastIndexOf('\n') + 1;
    var read = text.get().substring(0, end).lines().toList();
    try {
      for (int i = 0; i < read.size(); i++) {
        JournalEntry entry = CODEC.read(read.get(i));
        boolean version = entry instanceof JournalEntry.Version(int number) && number == VERSION;
        if (version != (i == 0)) {
          throw unreadable(directory);
        }
        ledger.apply(entry);
        String line = read.get(i);
        entry.lasting().ifPresent(said -> lines.put(said, line));
      }
    } catch (UnreadableDocument e) {
      throw unreadable(directory);
    }
    return end > 0 && end == text.get().length();
  }

  private static SetupFailure unreadable(StateDirectory directory) {
    return new SetupFailure(
        Text.of(Journal.class, "state.unreadable", directory.file(FILE).toString()));
  }

  Ledger ledger() {
    return ledger;
  }

  /** Writes what is about to be done, or was done; it is on the disk when this returns. */
  final void write(JournalEntry entry) {
    write(List.of(entry));
  }

  /**
   * Writes several entries of which each makes sense without those after it. If this fails, none of
   * them counts.
   */
  void write(List<JournalEntry> entries) {
    var lasting = entries.stream().filter(JournalEntry::outlivesRestart).toList();
    var others = entries.stream().filter(entry -> !entry.outlivesRestart()).toList();
    if (lasting.stream().anyMatch(JournalEntry.Claimed.class::isInstance)) {
      lasting.forEach(ledger::apply);
      writeDurables();
    }
    if (!others.isEmpty()) {
      var text = new StringBuilder();
      others.forEach(entry -> text.append(line(entry)).append('\n'));
      try {
        StateDirectory.uninterrupted(() -> append(text.toString()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      grown = true;
      others.forEach(ledger::apply);
    }
    if (lasting.stream().anyMatch(JournalEntry.Released.class::isInstance)) {
      lasting.forEach(ledger::apply);
      writeDurables();
    }
  }

  private FileChannel append(String text) throws IOException {
    FileChannel channel = appending;
    if (channel == null || !channel.isOpen()) {
      channel = begin();
      appending = channel;
    }
    long end = channel.size();
    try {
      StateDirectory.write(channel, text);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      channel.truncate(end);
      throw e;
    }
    return channel;
  }

  /**
   * A file that lacks the end of a line is written anew: nothing may be written behind half of one.
   */
  private FileChannel begin() throws IOException {
    volatiles.make();
    if (!whole) {
      replaceVolatiles();
    }
    // What is written now may end anywhere.
    whole = false;
    return volatiles.open(FILE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  /**
   * Says that a node's places hold what they should, and makes the files as short as they can be.
   */
  void settle(NodeId node) {
    close();
    for (var claim : ledger.claims(node)) {
      if (claim.ours().size() > 1) {
        var settled = new JournalEntry.Claimed(claim.settled());
        ledger.apply(settled);
        if (settled.outlivesRestart()) {
          writeDurables();
        }
      }
    }
    if (ledger.isEmpty()) {
      volatiles.delete(FILE);
      whole = false;
    } else if (grown) {
      replaceVolatiles();
    }
    grown = false;
  }

  private void replaceVolatiles() {
    volatiles.replace(
        FILE, text(ledger.entries().stream().filter(e -> !e.outlivesRestart()).toList()));
    whole = true;
  }

  private void writeDurables() {
    var lasting = ledger.entries().stream().filter(JournalEntry::outlivesRestart).toList();
    if (lasting.isEmpty()) {
      durables.delete(FILE);
      durables.deleteIfEmpty();
    } else {
      durables.make().replace(FILE, text(lasting));
    }
  }

  private String text(List<JournalEntry> entries) {
    var text = new StringBuilder(CODEC.write(new JournalEntry.Version(VERSION))).append('\n');
    entries.forEach(entry -> text.append(line(entry)).append('\n'));
    return text.toString();
  }

  private String line(JournalEntry entry) {
    return entry
        .lasting()
        .map(said -> lines.computeIfAbsent(said, _ -> CODEC.write(entry)))
        .orElseGet(() -> CODEC.write(entry));
  }

  @Override
  public void close() {
    try {
      if (appending != null) {
        appending.close();
        appending = null;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
