package guywire.guard;

import guywire.guard.UnsafeFileException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Whose a file is, and who else may do something with it. */
final class Ownership {

  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.complementOf(
          EnumSet.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE));

  /** Whom this process runs as, once it was asked for: it stays the same. */
  private static volatile Optional<UserPrincipal> caller = Optional.empty();

  private Ownership() {}

  /**
   * That it is the caller's or root's, that nobody else may write it, and that nobody but its
   * audience may read it. A group that has the name of the owner is his own (as where each user has
   * a group of his own): it may write what everybody may read.
   */
  static void check(Path path, PosixFileAttributes attributes, Audience audience, String mode)
      throws IOException {
    var owner = attributes.owner();
    if (!owner.equals(caller()) && !owner.equals(root(path))) {
      throw refusal(path, Reason.FOREIGN, owner, "chown " + caller().getName());
    }
    var permissions = attributes.permissions();
    // The name of a group is looked up in files of the system: only where it matters.
    if (permissions.contains(PosixFilePermission.OTHERS_WRITE)
        || (permissions.contains(PosixFilePermission.GROUP_WRITE)
            && !attributes.group().getName().equals(owner.getName()))) {
      String mend = audience == Audience.OWNER ? "chmod " + mode : "chmod go-w";
      throw refusal(path, Reason.WRITABLE, owner, mend);
    }
    if (audience == Audience.OWNER && permissions.stream().anyMatch(OTHERS::contains)) {
      throw refusal(path, Reason.READABLE, owner, "chmod " + mode);
    }
  }

  /** That a file has no other name. */
  static void checkSingle(Path path, PosixFileAttributes attributes) throws IOException {
    var more = Files.readAttributes(path, "unix:nlink,fileKey", LinkOption.NOFOLLOW_LINKS);
    if (!Objects.equals(more.get("fileKey"), attributes.fileKey())) {
      throw new UnsafeFileException(path, Reason.EXCHANGED, "", "");
    }
    if (!Integer.valueOf(1).equals(more.get("nlink"))) {
      String quoted = quoted(path);
      String aside = quoted(path.resolveSibling(path.getFileName() + ".new"));
      String mend = "cp -p " + quoted + " " + aside + " && mv " + aside + " " + quoted;
      throw new UnsafeFileException(path, Reason.HARD_LINK, "", mend);
    }
  }

  private static UnsafeFileException refusal(
      Path path, Reason reason, UserPrincipal owner, String command) {
    return new UnsafeFileException(path, reason, owner.getName(), command + " " + quoted(path));
  }

  private static String quoted(Path path) {
    String text = path.toString();
    return text.matches("[A-Za-z0-9_./+:@%=-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  private static UserPrincipal caller() throws IOException {
    var known = caller;
    if (known.isEmpty()) {
      known = Optional.of(Files.getOwner(Path.of("/proc/self")));
      caller = known;
    }
    return known.get();
  }

  private static UserPrincipal root(Path path) throws IOException {
    return path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("0");
  }
}
