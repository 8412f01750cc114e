package guywire.network.managed;

import guywire.address.IpAddress;
import guywire.guard.PlainText;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Transport;
import guywire.network.json.RecordCodec;
import guywire.network.text.Text;
import guywire.protocol.PublicKey;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a managed node tells of itself, every few seconds.
 *
 * @param version the version of this document, 1
 * @param program the version of its Guywire
 * @param applied what it is now, once it is anything
 * @param rejected what it shall be and did not become, if that is so
 * @param peers the peers of its tunnels
 * @param ways the ways that are in use where there are several
 * @param clockMillis what its clock shows as it tells this, in milliseconds since 1970
 * @param drift what is no longer as it was set up
 * @param mends what its agent lately did about such things, the latest last
 * @param forwards what it passes on because somebody asked it to
 */
public record Report(
    int version,
    String program,
    Optional<Applied> applied,
    Optional<Rejected> rejected,
    List<PeerReport> peers,
    List<WayReport> ways,
    OptionalLong clockMillis,
    List<Words> drift,
    List<Mend> mends,
    List<ForwardReport> forwards) {

  /** As it is written down. */
  public static final RecordCodec<Report> CODEC = RecordCodec.of(Report.class);

  /** No report has more peers, or ways. */
  public static final int MOST = 5000;

  /** No report has more that drifted, or was mended. */
  public static final int MOST_DRIFT = 20;

  /** No node passes on more at once. */
  public static final int MOST_FORWARDS = 64;

  private static final int LONGEST_PROGRAM = 40;
  private static final int LONGEST_WHY = 300;
  private static final int LONGEST_ENDPOINT = 60;
  private static final int MOST_VIA = 16;

  /**
   * A document that the node is set up by.
   *
   * @param revision its revision
   * @param digest its digest
   */
  public record Applied(long revision, String digest) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public Applied {
      Bounds.count(revision);
      Bounds.digest(digest);
    }
  }

  /**
   * A document that the node did not keep to.
   *
   * @param revision its revision
   * @param digest its digest
   * @param why a line on why
   */
  public record Rejected(long revision, String digest, String why) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public Rejected {
      Bounds.count(revision);
      Bounds.digest(digest);
      Bounds.text(why, LONGEST_WHY);
    }

    /** One whose line is made plain and cut to its length. */
    public static Rejected of(long revision, String digest, String why) {
      return new Rejected(revision, digest, line(why));
    }
  }

  /**
   * A peer of a tunnel.
   *
   * @param tunnel the interface
   * @param publicKey who it is
   * @param handshakeSecondsAgo when the latest handshake was, if there was one
   * @param endpoint where its datagrams go, if known
   * @param receivedBytes received from it since the interface was made
   * @param sentBytes sent to it since then
   */
  public record PeerReport(
      InterfaceName tunnel,
      PublicKey publicKey,
      OptionalLong handshakeSecondsAgo,
      Optional<String> endpoint,
      long receivedBytes,
      long sentBytes) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public PeerReport {
      handshakeSecondsAgo.ifPresent(Bounds::count);
      endpoint.ifPresent(text -> Bounds.text(text, LONGEST_ENDPOINT));
      Bounds.count(receivedBytes);
      Bounds.count(sentBytes);
    }
  }

  /**
   * The way in use to another node.
   *
   * @param node the other node
   * @param tunnel the interface
   * @param via the nodes between
   * @param alive whether it answers
   * @param roundTripMicros how long an answer takes, in microseconds, if there was one
   * @param notBest where it is not the best way there is, why that one is not taken
   */
  public record WayReport(
      Name node,
      InterfaceName tunnel,
      List<Name> via,
      boolean alive,
      OptionalLong roundTripMicros,
      Optional<Words> notBest) {
    /**
     * Copies the list and checks the time.
     *
     * @throws IllegalArgumentException if it is too long, or the time is negative
     */
    public WayReport {
      via = Bounds.list(via, MOST_VIA);
      roundTripMicros.ifPresent(Bounds::count);
    }
  }

  /**
   * A line in the languages of those who may read it.
   *
   * @param english in English
   * @param chinese in Chinese
   */
  public record Words(String english, String chinese) {
    /**
     * Checks the lengths.
     *
     * @throws IllegalArgumentException if one is too long
     */
    public Words {
      Bounds.text(english, LONGEST_WHY);
      Bounds.text(chinese, LONGEST_WHY);
    }

    /** A message, made plain and cut to its length. */
    public static Words of(Text text) {
      return new Words(line(text.in(Locale.ENGLISH)), line(text.in(Locale.SIMPLIFIED_CHINESE)));
    }
  }

  /**
   * What an agent did about something that was no longer as it was set up.
   *
   * @param outcome what became of it
   * @param words what it was, and what was done
   * @param secondsAgo how long ago
   */
  public record Mend(Outcome outcome, Words words, long secondsAgo) {

    /** What became of it. */
    public enum Outcome {
      /** It is again as it was set up. */
      MENDED,
      /** Somebody undid it again and again, so that it is left alone for a while. */
      GIVEN_UP,
      /** It can't be mended. */
      FAILED
    }

    /**
     * Checks the time.
     *
     * @throws IllegalArgumentException if it is to come
     */
    public Mend {
      Bounds.count(secondsAgo);
    }
  }

  /**
   * What a gateway passes on for somebody.
   *
   * @param asker who asked for it
   * @param address the gateway's address
   * @param transport TCP or UDP
   * @param port its port
   * @param target the target's address
   * @param targetPort its port
   * @param secondsLeft when it ends by itself
   * @param connections how many connections there are now
   * @param connectionsSoFar how many there were, with those
   * @param bytes how many bytes were passed on, in both directions
   */
  public record ForwardReport(
      IpAddress asker,
      IpAddress address,
      Transport transport,
      int port,
      IpAddress target,
      int targetPort,
      long secondsLeft,
      long connections,
      long connectionsSoFar,
      long bytes) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public ForwardReport {
      Bounds.port(port);
      Bounds.port(targetPort);
      Bounds.count(secondsLeft);
      Bounds.count(connections);
      Bounds.count(connectionsSoFar);
      Bounds.count(bytes);
    }
  }

  private static String line(String text) {
    String line = PlainText.line(text);
    if (line.length() <= LONGEST_WHY) {
      return line;
    }
    // Half of a character is not plain.
    boolean splits = Character.isHighSurrogate(line.charAt(LONGEST_WHY - 1));
    return line.substring(0, splits ? LONGEST_WHY - 1 : LONGEST_WHY);
  }

  /** One that tells nothing of the clock, of drift and of forwards. */
  public Report(
      int version,
      String program,
      Optional<Applied> applied,
      Optional<Rejected> rejected,
      List<PeerReport> peers,
      List<WayReport> ways) {
    this(
        version,
        program,
        applied,
        rejected,
        peers,
        ways,
        OptionalLong.empty(),
        List.of(),
        List.of(),
        List.of());
  }

  /**
   * Copies the lists and checks version and lengths.
   *
   * @throws IllegalArgumentException if something is out of range
   */
  public Report {
    Bounds.version(version);
    Bounds.text(program, LONGEST_PROGRAM);
    peers = Bounds.list(peers, MOST);
    ways = Bounds.list(ways, MOST);
    clockMillis.ifPresent(Bounds::count);
    drift = Bounds.list(drift, MOST_DRIFT);
    mends = Bounds.list(mends, MOST_DRIFT);
    forwards = Bounds.list(forwards, MOST_FORWARDS);
  }
}
