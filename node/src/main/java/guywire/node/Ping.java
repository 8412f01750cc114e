package guywire.node;

import guywire.address.IpAddress;
import guywire.network.InterfaceName;
import guywire.network.text.Text;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * What came back of a few echo requests through one tunnel.
 *
 * @param sent how many were sent
 * @param received how many were answered
 * @param roundTripMicros how long an answer took on the average, if there was one
 */
public record Ping(int sent, int received, OptionalLong roundTripMicros) {

  private static final Pattern COUNTS =
      Pattern.compile("([0-9]{1,6}) packets transmitted, ([0-9]{1,6}) received");
  private static final Pattern TIMES =
      Pattern.compile("min/avg/max/mdev = [0-9.]+/([0-9]{1,9}(?:\\.[0-9]{1,6})?)/");

  private static final String INTERVAL_SECONDS = "0.2";
  private static final String PATIENCE_SECONDS = "1";
  private static final int IPV4_BYTES = 20;
  private static final int IPV6_BYTES = 40;
  private static final int ECHO_BYTES = 8;
  private static final long SLOWEST_SECONDS = 10;

  /**
   * Sends them, whatever the routes say, through this tunnel, and waits for the answers.
   *
   * @throws MissingRequirement if the machine has no ping
   */
  public static Ping through(Machine machine, InterfaceName tunnel, IpAddress to, int count) {
    var commands = new Commands(machine);
    String ping =
        commands
            .find("ping")
            .orElseThrow(() -> new MissingRequirement(Text.of(Ping.class, "missing.ping")));
    var ended =
        commands.run(
            "",
            // In one language, as it is read here.
            List.of(
                "env",
                "LC_ALL=C",
                ping,
                "-n",
                "-q",
                "-c",
                String.valueOf(count),
                "-i",
                INTERVAL_SECONDS,
                "-W",
                PATIENCE_SECONDS,
                "-I",
                tunnel.text(),
                to.toString()),
            SLOWEST_SECONDS + count);
    return read(ended.output());
  }

  /** Whether one packet of so many bytes in all, that must not be cut up, is answered. */
  static boolean passes(Machine machine, InterfaceName tunnel, IpAddress to, int bytes) {
    int headers = (to.isIpv4() ? IPV4_BYTES : IPV6_BYTES) + ECHO_BYTES;
    return new Commands(machine)
        .run(
            "",
            "ping",
            "-n",
            "-q",
            "-c",
            // One may get lost.
            "2",
            "-i",
            INTERVAL_SECONDS,
            "-W",
            PATIENCE_SECONDS,
            "-M",
            "do",
            "-s",
            String.valueOf(bytes - headers),
            "-I",
            tunnel.text(),
            to.toString())
        .succeeded();
  }

  /** Reads what ping says at its end; nothing if it never began. */
  static Ping read(String output) {
    var counts = COUNTS.matcher(output);
    if (!counts.find()) {
      return new Ping(0, 0, OptionalLong.empty());
    }
    var times = TIMES.matcher(output);
    return new Ping(
        Integer.parseInt(counts.group(1)),
        Integer.parseInt(counts.group(2)),
        times.find()
            ? OptionalLong.of(Math.round(Double.parseDouble(times.group(1)) * 1000))
            : OptionalLong.empty());
  }
}
