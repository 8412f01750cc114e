package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose file is it? */
class FileInputTest {

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
    assertThat(FileInput.host(Path.of(named), Path.of(file))).isEqualTo(host);
  }
}
