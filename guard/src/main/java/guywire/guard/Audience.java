package guywire.guard;

import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Who may read a file or enter a directory. Nobody but the owner may ever write it. */
public enum Audience {
  /** The owner alone: a directory has mode 0700, a file 0600. */
  OWNER("rwx------", "rw-------"),
  /** Everybody: 0755 and 0644. */
  EVERYBODY("rwxr-xr-x", "rw-r--r--");

  private final Set<PosixFilePermission> directory;
  private final Set<PosixFilePermission> file;

  Audience(String directory, String file) {
    this.directory = PosixFilePermissions.fromString(directory);
    this.file = PosixFilePermissions.fromString(file);
  }

  Set<PosixFilePermission> ofDirectory() {
    return directory;
  }

  Set<PosixFilePermission> ofFile() {
    return file;
  }
}
