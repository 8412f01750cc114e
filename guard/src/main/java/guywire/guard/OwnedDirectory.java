package guywire.guard;

import guywire.guard.UnsafeFileException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A directory of the caller's (or root's) that nobody else can write, held open. What is in it is
 * reached from the open directory, never by its path, is made with its final mode, and is neither a
 * link nor somebody else's. Names are single parts of a path.
 *
 * <p>Not safe for use by several threads.
 */
/*
 * Why this holds against another user who renames and links as fast as he can: who may not write a
 * directory can neither put anything into it nor exchange what is there. So all depends on which
 * directory was opened, and that is asked of the open directory itself (fstat), which can't be exchanged
 * any more. Whatever lies above it may be moved: then we are still in the directory that was checked.
 *
 * Java has no mkdirat. A new directory is made by its path, and is then opened from its parent and checked
 * like any other: whoever moved the parent in between gets an empty directory, and we an error.
 */
public final class OwnedDirectory implements AutoCloseable {

  private static final int RANDOM_BYTES = 8;

  private final Path path;
  private final SecureDirectoryStream<Path> stream;

  private OwnedDirectory(Path path, SecureDirectoryStream<Path> stream) {
    this.path = path;
    this.stream = stream;
  }

  /**
   * Opens a directory that is there.
   *
   * @param audience who may enter it at most
   * @throws NoSuchFileException if it is not there
   * @throws UnsafeFileException if it is not safe
   */
  public static OwnedDirectory open(Path path, Audience audience) throws IOException {
    var before = Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    requireDirectory(path, before);
    DirectoryStream<Path> opened = Files.newDirectoryStream(path);
    if (!(opened instanceof SecureDirectoryStream<Path> secure)) {
      opened.close();
      throw new UnsafeFileException(path, Reason.UNSUPPORTED, "", "");
    }
    var directory = new OwnedDirectory(path, secure);
    try {
      // What was opened did stand there by itself, and not behind a link.
      var now = Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      directory.check(now, audience);
      return directory;
    } catch (IOException | RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  /**
   * Opens a directory, which is made if it is not there, and those above it as well; new ones are
   * for their owner alone, this one for its audience.
   *
   * @throws UnsafeFileException if it is not safe
   */
  public static OwnedDirectory make(Path path, Audience audience) throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      Files.createDirectories(
          parent, PosixFilePermissions.asFileAttribute(Audience.OWNER.ofDirectory()));
    }
    boolean made = makeDirectory(path, audience);
    OwnedDirectory opened = open(path, audience);
    if (made) {
      // It has less, where this process lets less be given.
      opened.self().setPermissions(audience.ofDirectory());
    }
    return opened;
  }

  /** False if it is there already; it is checked when it is opened. */
  private static boolean makeDirectory(Path path, Audience audience) throws IOException {
    try {
      Files.createDirectory(path, PosixFilePermissions.asFileAttribute(audience.ofDirectory()));
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /** Where it was when it was opened. */
  public Path path() {
    return path;
  }

  /**
   * Opens a directory in this one.
   *
   * @throws NoSuchFileException if it is not there
   * @throws UnsafeFileException if it is not safe
   */
  public OwnedDirectory child(String name, Audience audience) throws IOException {
    Path part = part(name);
    Path at = path.resolve(name);
    var attributes = attributes(part);
    requireDirectory(at, attributes);
    var child = new OwnedDirectory(at, stream.newDirectoryStream(part, LinkOption.NOFOLLOW_LINKS));
    try {
      child.check(attributes, audience);
      return child;
    } catch (IOException | RuntimeException e) {
      child.close();
      throw e;
    }
  }

  /**
   * Opens a directory in this one, which is made if it is not there.
   *
   * @throws UnsafeFileException if it is not safe
   */
  public OwnedDirectory makeChild(String name, Audience audience) throws IOException {
    makeDirectory(path.resolve(part(name)), audience);
    return child(name, audience);
  }

  /** Lets nobody but the owner enter it from now on. */
  public void restrict() throws IOException {
    self().setPermissions(Audience.OWNER.ofDirectory());
  }

  /** Whether something of this name is there, be it what it may. */
  public boolean has(String name) throws IOException {
    try {
      attributes(part(name));
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * What is in a file; empty if there is none.
   *
   * @param audience who may read it at most
   * @throws UnsafeFileException if it is not safe
   */
  public Optional<byte[]> read(String name, Audience audience) throws IOException {
    PosixFileAttributes attributes;
    try {
      attributes = attributes(part(name));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    check(name, attributes, audience);
    try (var channel = channel(name, audience, Set.of(StandardOpenOption.READ))) {
      return Optional.of(Channels.newInputStream(channel).readAllBytes());
    }
  }

  /**
   * Writes a file: it appears whole and with its final mode, in place of what had its name, or not
   * at all. Before it appears its bytes are on the disk, and its name is when this returns.
   *
   * @param audience who may read it
   */
  public void write(String name, byte[] bytes, Audience audience) throws IOException {
    write(name, whole(bytes), audience, true);
  }

  /** Writes what a file shall hold. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of it, from where the channel stands. */
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * As {@link #write(String, byte[], Audience)}, for what is too large to be held in memory.
   *
   * @param audience who may read it
   */
  public void write(String name, Content content, Audience audience) throws IOException {
    write(name, content, audience, true);
  }

  private static Content whole(byte[] bytes) {
    return channel -> {
      for (var buffer = ByteBuffer.wrap(bytes); buffer.hasRemaining(); ) {
        channel.write(buffer);
      }
    };
  }

  /**
   * As {@link #write(String, byte[], Audience)}, but without waiting for the disk, so that a power
   * cut may leave it empty: for what can be made again.
   *
   * @param audience who may read it
   */
  public void writeLightly(String name, byte[] bytes, Audience audience) throws IOException {
    write(name, whole(bytes), audience, false);
  }

  private void write(String name, Content content, Audience audience, boolean lasting)
      throws IOException {
    String aside = "." + HexFormat.of().formatHex(random()) + ".new";
    Path target = part(name);
    var options = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    boolean moved = false;
    try {
      try (var channel = channel(aside, audience, options)) {
        content.writeTo(channel);
        // The umask may have taken more away than was meant.
        if (!attributes(part(aside)).permissions().equals(audience.ofFile())) {
          view(part(aside)).setPermissions(audience.ofFile());
        }
        if (lasting) {
          channel.force(true);
        }
      }
      stream.move(part(aside), stream, target);
      moved = true;
      if (lasting) {
        sync();
      }
    } finally {
      if (!moved) {
        deleteIfThere(aside);
      }
    }
  }

  /**
   * Opens a file of this directory, which is checked if it is there, and made with its final mode
   * if it is not and an option says so.
   *
   * @param audience who may read it
   * @param options as for {@link FileChannel#open(Path, Set,
   *     java.nio.file.attribute.FileAttribute...)}
   * @throws UnsafeFileException if it is not safe
   */
  public FileChannel open(String name, Audience audience, OpenOption... options)
      throws IOException {
    // Before, so that nothing is opened that would make us wait; and what was made in the meantime.
    if (has(name)) {
      check(name, attributes(part(name)), audience);
    }
    var channel = channel(name, audience, Set.of(options));
    try {
      check(name, attributes(part(name)), audience);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Checks what is no file, such as a socket: that it is the caller's or root's own, and that
   * nobody else may write it.
   *
   * @throws NoSuchFileException if it is not there
   * @throws UnsafeFileException if it is not safe
   */
  public void check(String name) throws IOException {
    var attributes = attributes(part(name));
    if (attributes.isSymbolicLink()) {
      throw new UnsafeFileException(path.resolve(name), Reason.LINK, "", "");
    }
    Ownership.check(path.resolve(name), attributes, Audience.EVERYBODY, "600");
  }

  /** Deletes a file or link of this name; false if there was none. */
  public boolean deleteIfThere(String name) throws IOException {
    try {
      stream.deleteFile(part(name));
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Deletes a directory, which must be empty; false if there was none. */
  public boolean deleteDirectoryIfThere(String name) throws IOException {
    try {
      stream.deleteDirectory(part(name));
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** The names of all that is in it, in no order. */
  public List<String> names() throws IOException {
    var names = new ArrayList<String>();
    try (var again = stream.newDirectoryStream(Path.of("."), LinkOption.NOFOLLOW_LINKS)) {
      for (Path entry : again) {
        names.add(String.valueOf(entry.getFileName()));
      }
    }
    return names;
  }

  private void sync() throws IOException {
    try (var self = stream.newByteChannel(Path.of("."), Set.of(StandardOpenOption.READ))) {
      ((FileChannel) self).force(true);
    }
  }

  private FileChannel channel(String name, Audience audience, Set<? extends OpenOption> options)
      throws IOException {
    Set<OpenOption> all = new HashSet<>(options);
    all.add(LinkOption.NOFOLLOW_LINKS);
    SeekableByteChannel channel =
        stream.newByteChannel(
            part(name), all, PosixFilePermissions.asFileAttribute(audience.ofFile()));
    // The JDK's directories give out nothing else.
    return (FileChannel) channel;
  }

  /** That this directory is the one with these attributes, and is safe. */
  private void check(PosixFileAttributes named, Audience audience) throws IOException {
    var opened = self().readAttributes();
    if (!named.isDirectory() || !Objects.equals(named.fileKey(), opened.fileKey())) {
      throw new UnsafeFileException(path, Reason.EXCHANGED, "", "");
    }
    Ownership.check(path, opened, audience, "700");
  }

  private void check(String name, PosixFileAttributes attributes, Audience audience)
      throws IOException {
    Path at = path.resolve(name);
    if (attributes.isSymbolicLink()) {
      throw new UnsafeFileException(at, Reason.LINK, "", "");
    }
    if (!attributes.isRegularFile()) {
      throw new UnsafeFileException(at, Reason.NO_FILE, "", "");
    }
    Ownership.check(at, attributes, audience, "600");
    Ownership.checkSingle(at, attributes);
  }

  private static void requireDirectory(Path at, PosixFileAttributes attributes)
      throws UnsafeFileException {
    if (attributes.isSymbolicLink()) {
      throw new UnsafeFileException(at, Reason.LINK, "", "");
    }
    if (!attributes.isDirectory()) {
      throw new UnsafeFileException(at, Reason.NO_DIRECTORY, "", "");
    }
  }

  private PosixFileAttributeView self() {
    return Objects.requireNonNull(stream.getFileAttributeView(PosixFileAttributeView.class));
  }

  private PosixFileAttributeView view(Path part) {
    return Objects.requireNonNull(
        stream.getFileAttributeView(part, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS));
  }

  private PosixFileAttributes attributes(Path part) throws IOException {
    return view(part).readAttributes();
  }

  private static Path part(String name) {
    Path part = Path.of(name);
    if (part.getNameCount() != 1 || part.isAbsolute() || name.isEmpty() || name.equals("..")) {
      throw new IllegalArgumentException("not a name in a directory: " + name);
    }
    return part;
  }

  private static byte[] random() {
    byte[] bytes = new byte[RANDOM_BYTES];
    // Made here and not with the class: whoever only reads would wait for it.
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
