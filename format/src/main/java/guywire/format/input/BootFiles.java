package guywire.format.input;

import java.util.ArrayList;
import java.util.List;

/** The files beside a Linux host's tunnels that are carried out at boot, before any comes up. */
public final class BootFiles {

  private BootFiles() {}

  /**
   * A line of a file for sysctl.
   *
   * @param line its number, from 1
   * @param key what is set, with dots: net.ipv4.ip_forward
   * @param value to what
   */
  public record Setting(int line, String key, String value) {}

  /** Whether nft loads a file. */
  public static boolean isRuleset(SourceFile file) {
    return file.lastName().endsWith(".nft") || file.lastName().equals("nftables.conf");
  }

  /** Whether a file is for sysctl, as far as its words tell. */
  public static boolean isSettings(SourceFile file) {
    return file.content().contains("net.ipv4.") || file.content().contains("net.ipv6.");
  }

  /**
   * What sysctl reads of a file: nothing where that is another's, or stands where sysctl looks for
   * none.
   */
  public static List<Setting> settings(SourceFile file) {
    var wanted = Format.detect(file).filter(format -> format == Format.HOST);
    return wanted.isPresent() && !isRuleset(file) && isSettings(file) && !isMisplaced(file.path())
        ? lines(file)
        : List.of();
  }

  /** The settings that stand in a file, whoever reads it. */
  public static List<Setting> lines(SourceFile file) {
    var settings = new ArrayList<Setting>();
    int number = 0;
    for (var line : file.content().split("\n", -1)) {
      number++;
      int equals = line.indexOf('=');
      String text = line.strip();
      if (equals < 0 || text.startsWith("#") || text.startsWith(";")) {
        continue;
      }
      String key = line.substring(0, equals).strip();
      key = (key.startsWith("-") ? key.substring(1) : key).replace('/', '.');
      settings.add(new Setting(number, key, line.substring(equals + 1).strip()));
    }
    return settings;
  }

  /** Whether a file below /etc is none that sysctl reads; of a copy elsewhere nobody can tell. */
  public static boolean isMisplaced(String path) {
    int etc = ("/" + path).lastIndexOf("/etc/");
    String below = etc < 0 ? "" : path.substring(Math.min(path.length(), etc + 4));
    boolean known =
        below.isEmpty() || below.matches("sysctl\\.conf|sysctl\\.d/.*|ufw/sysctl\\.conf");
    return !known || path.matches("(.*/)?[a-z-]*syslog[a-z-]*\\.conf");
  }
}
