package guywire.format;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.Prefix;
import guywire.format.input.SourceFile;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Part;
import guywire.network.Part.Setting;
import guywire.network.PeerConfig;
import guywire.network.text.Place;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files of several hosts that say much alike, in which the same is spelled in many ways, said twice
 * or broken: each is read as if it were alone, and every part is where it was written.
 */
class AlikeFilesTest {

  private static final InterfaceName WG0 = new InterfaceName("wg0");

  /** A file as it is written, and beside it what should be read in it. */
  private static final class Written {
    private final Random random;
    private final String file;
    private final StringBuilder text = new StringBuilder();
    private final Map<Part, Place> places = new HashMap<>();
    private final List<PeerConfig> peers = new ArrayList<>();
    private int line = 1;

    Written(Random random, String file) {
      this.random = random;
      this.file = file;
      places.put(new Part.Tunnel(WG0), new Place(file, 0, 0));
    }

    /** Writes a line in one of its spellings; the column of its value, or of its only word. */
    int line(String key, String value) {
      var out = new StringBuilder(space());
      for (char c : key.toCharArray()) {
        out.append(random.nextInt(6) == 0 ? Character.toUpperCase(c) : c);
      }
      int column = out.length() - key.length() + 1;
      if (!value.isEmpty()) {
        out.append(space()).append('=').append(space());
        column = out.length() + 1;
        out.append(value);
      }
      out.append(space()).append(random.nextInt(4) == 0 ? "# a comment" : "");
      text.append(out).append(random.nextInt(3) == 0 ? "\r\n" : "\n");
      line++;
      return column;
    }

    void put(Part part, int column) {
      places.put(part, new Place(file, line - 1, column));
    }

    void noise() {
      while (random.nextInt(3) == 0) {
        switch (random.nextInt(4)) {
          case 0 -> line("", "");
          case 1 -> line("# PublicKey = none", "");
          case 2 -> line("Nonsense", "1");
          default -> line("nothing", "");
        }
      }
    }

    private String space() {
      return List.of("", " ", "\t", "  ").get(random.nextInt(4));
    }
  }

  private static void peer(Written to, Random random, Host host) {
    int index = to.peers.size();
    var known = Map.copyOf(to.places);
    to.put(new Part.Peer(WG0, index), to.line("[Peer]", ""));
    boolean broken = random.nextInt(6) == 0;
    Optional<EndpointAddress> endpoint = Optional.empty();
    Optional<PresharedKey> psk = Optional.empty();
    int keepalive = 0;
    var allowed = new ArrayList<Prefix>();
    to.noise();
    int keys = 1 + random.nextInt(5) / 4;
    for (int i = 0; i < keys; i++) {
      String key = broken && i == keys - 1 ? "broken" : host.key;
      to.put(new Part.PeerSetting(WG0, index, Setting.PUBLIC_KEY), to.line("PublicKey", key));
    }
    to.noise();
    if (random.nextInt(4) == 0) {
      psk = Optional.of(PresharedKey.generate(random));
      to.put(
          new Part.PeerSetting(WG0, index, Setting.PRESHARED_KEY),
          to.line("PresharedKey", psk.get().base64()));
    }
    if (random.nextBoolean()) {
      endpoint = Optional.of(new EndpointAddress(host.address, 51820));
      to.put(
          new Part.PeerSetting(WG0, index, Setting.ENDPOINT),
          to.line("Endpoint", endpoint.get().toString()));
    }
    if (random.nextInt(3) == 0) {
      keepalive = 25;
      to.put(
          new Part.PeerSetting(WG0, index, Setting.KEEPALIVE),
          to.line("PersistentKeepalive", "25"));
    }
    for (int lines = random.nextInt(3); lines > 0; lines--) {
      to.noise();
      var words = new ArrayList<String>();
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        // With host bits, which are cleared and each time said to be.
        String word = host.prefix(allowed.size() + words.size()).toString();
        words.add(random.nextInt(4) == 0 ? word.replace(".0/", ".7/") : word);
      }
      int column = to.line("AllowedIPs", String.join(", ", words));
      for (var word : words) {
        to.put(new Part.AllowedIp(WG0, index, allowed.size()), column);
        allowed.add(Prefix.parse(word.replace(".7/", ".0/")));
        column += word.length() + 2;
      }
    }
    if (broken) {
      to.places.keySet().retainAll(known.keySet());
      return;
    }
    to.peers.add(
        new PeerConfig(
            Optional.empty(),
            PublicKey.parse(host.key).orElseThrow(),
            psk,
            endpoint,
            allowed,
            keepalive));
  }

  private record Host(String key, String address, int number) {
    Prefix prefix(int turn) {
      return Prefix.parse("10." + (100 + number) + "." + (100 + turn) + ".0/24");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void each_is_read_as_if_it_were_alone(long seed) {
    var random = new Random(seed);
    var hosts = new ArrayList<Host>();
    for (int i = 0; i < 8; i++) {
      String key = PrivateKey.generate(random).publicKey().toString();
      hosts.add(new Host(key, i % 2 == 0 ? "198.51.100." + i : "host" + i + ".example", i));
    }
    var written = new LinkedHashMap<Name, Written>();
    var files = new TreeMap<Name, List<SourceFile>>();
    for (int i = 0; i < 12; i++) {
      var name = new Name("n" + i);
      var file = new Written(random, name + "/wg0.conf");
      file.noise();
      file.line("[Interface]", "");
      int column = file.line("PrivateKey", PrivateKey.generate(random).base64());
      file.put(new Part.TunnelSetting(WG0, Setting.PRIVATE_KEY), column);
      for (int peers = random.nextInt(12); peers > 0; peers--) {
        peer(file, random, hosts.get(random.nextInt(hosts.size())));
      }
      written.put(name, file);
      files.put(name, List.of(new SourceFile(file.file, file.text.toString())));
    }

    var together = Formats.read(files);

    assertThat(together).hasSize(files.size());
    for (var read : together) {
      var name = read.node().name();
      var alone = Formats.read(name, files.get(name)).getFirst();
      assertThat(read.node()).isEqualTo(alone.node());
      assertThat(read.findings()).isEqualTo(alone.findings());
      assertThat(read.setbacks()).isEqualTo(alone.setbacks());
      assertThat(read.node().interfaces().getFirst().peers()).isEqualTo(written.get(name).peers);
      var places = new HashMap<Part, Place>();
      read.places().forEach(places::put);
      assertThat(places).isEqualTo(written.get(name).places);
    }
  }
}
