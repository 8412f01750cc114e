package guywire.node;

import guywire.address.IpAddress;
import guywire.network.InterfaceName;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * How fast packets go to a machine and back, as echo requests tell: whoever answers those needs
 * nothing else for it. Of two directions the slower one counts, and a way that is faster than echo
 * requests can be sent looks no faster than that.
 *
 * @param address the machine
 * @param packetBytes the size of the packets, with their IP headers
 * @param bitsPerSecond how much came back, with IP headers; 0 if nothing did
 * @param roundTripMicros how long an answer took while there was nothing else to send
 */
public record Speed(
    IpAddress address, int packetBytes, long bitsPerSecond, OptionalLong roundTripMicros) {

  private static final Pattern TIME = Pattern.compile("time ([0-9]{1,9})ms");

  /** How many are under way at once: few fill a short way, more a long one, too many get lost. */
  private static final List<Integer> WINDOWS = List.of(8, 32, 128);

  private static final int IDLE_PACKETS = 5;
  private static final int IPV4_HEADERS = 28;
  private static final int IPV6_HEADERS = 48;
  private static final long SLOWEST_SECONDS = 15;

  /** Whether anything came back. */
  public boolean isAnswered() {
    return bitsPerSecond > 0;
  }

  /**
   * Measures it, in some four seconds.
   *
   * @param tunnel the interface by which packets must leave; if empty, the routes say
   * @param packetBytes the size of the packets, with their IP headers
   * @throws MissingRequirement if the machine has no ping
   */
  public static Speed to(
      Machine machine, Optional<InterfaceName> tunnel, IpAddress to, int packetBytes) {
    var commands = new Commands(machine);
    var ping =
        commands
            .find("ping")
            .orElseThrow(() -> new MissingRequirement(Text.of(Ping.class, "missing.ping")));
    int payload = packetBytes - (to.isIpv4() ? IPV4_HEADERS : IPV6_HEADERS);
    var idle =
        Ping.read(run(commands, ping, tunnel, to, "-c", IDLE_PACKETS + "", "-i", "0.2", "-W", "1"));
    if (idle.received() == 0) {
      return new Speed(to, packetBytes, 0, OptionalLong.empty());
    }
    long best = 0;
    for (int window : WINDOWS) {
      String said =
          run(commands, ping, tunnel, to, "-f", "-l", window + "", "-w", "1", "-s", payload + "");
      best = Math.max(best, bitsPerSecond(said, packetBytes));
    }
    return new Speed(to, packetBytes, best, idle.roundTripMicros());
  }

  private static String run(
      Commands commands,
      String ping,
      Optional<InterfaceName> tunnel,
      IpAddress to,
      String... options) {
    // In one language, as it is read here.
    var command = new ArrayList<>(List.of("env", "LC_ALL=C", ping, "-n", "-q"));
    command.addAll(List.of(options));
    tunnel.ifPresent(name -> command.addAll(List.of("-I", name.text())));
    command.add(to.toString());
    return commands.run("", command, SLOWEST_SECONDS).output();
  }

  /** What ping says at its end, as bits that came back in a second. */
  static long bitsPerSecond(String output, int packetBytes) {
    var time = TIME.matcher(output);
    if (!time.find() || Long.parseLong(time.group(1)) == 0) {
      return 0;
    }
    return Ping.read(output).received() * 8000L * packetBytes / Long.parseLong(time.group(1));
  }
}
