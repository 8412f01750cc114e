package guywire.recognise;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose file is it? */
class HostNamesTest {

  @ParameterizedTest(name = "{1} in {0} belongs to {2}")
  @CsvSource({
    "confs, confs/node-a.conf, node-a",
    "confs/node-a.conf, confs/node-a.conf, node-a",
    "confs/Node_B.conf, confs/Node_B.conf, node-b",
    "confs, confs/router-a/wg0.conf, router-a",
    "confs, confs/router-a/etc/wireguard/wg0.conf, router-a",
    "confs, confs/router-a/home.conf, router-a",
    "confs/router-a/wg0.conf, confs/router-a/wg0.conf, router-a",
    "/backup/nas/etc/wireguard/wg0.conf, /backup/nas/etc/wireguard/wg0.conf, nas",
    "/etc/wireguard/wg0.conf, /etc/wireguard/wg0.conf, this-host",
    "/backup/nas, /backup/nas/etc/wireguard/wg0.conf, nas",
  })
  void a_file_belongs_to_the_host_that_its_path_names(String named, String file, String host) {
    assertThat(names(named, file)).containsExactly(host);
  }

  @ParameterizedTest(name = "{0} and {1} are {2} and {3}")
  @CsvSource({
    "上海.conf, 北京.conf, 上海, 北京",
    "tik-a/export.rsc, tik-b/export.rsc, tik-a, tik-b",
    "north/hub.conf, south/hub.conf, north-hub, south-hub",
    "north/tik/wg0.conf, south/tik/wg0.conf, north-tik, south-tik",
    "router_a.conf, router-a.conf, router-a, router-a-2",
    "☃.conf, ☂.conf, host, host-2",
    "hub.conf, nft/hub.nft, hub, hub",
    "hub.conf, HUB.conf, hub, hub",
  })
  void two_files_are_of_one_host_only_if_they_can_be(
      String first, String second, String one, String other) {
    assertThat(names(first, first, second, second)).containsExactly(one, other);
  }

  private static List<String> names(String... pairs) {
    var found = new ArrayList<FoundPath>();
    for (int i = 0; i < pairs.length; i += 2) {
      found.add(new FoundPath(parts(pairs[i + 1]), parts(pairs[i]).size()));
    }
    var names = HostNames.of(found);
    return found.stream().map(one -> String.valueOf(names.get(one))).toList();
  }

  private static List<String> parts(String path) {
    return List.of(path.replaceFirst("^/", "").split("/"));
  }
}
