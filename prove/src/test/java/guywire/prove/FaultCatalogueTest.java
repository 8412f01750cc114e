package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.text.Finding;
import guywire.network.text.Severity;
import guywire.prove.catalogue.Catalogue;
import guywire.prove.catalogue.Catalogue.Entry;
import guywire.prove.catalogue.Catalogue.Sight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nothing in the catalogue is only talk: each fault is shown by a test, or no check can see it. */
class FaultCatalogueTest {

  private static final int LAST = 75;

  private static List<FaultCase> cases() {
    return Stream.<Supplier<Stream<FaultCase>>>of(
            KeyFaultsTest::cases,
            AddressFaultsTest::cases,
            RelayFaultsTest::cases,
            EndpointFaultsTest::cases,
            NameFaultsTest::cases,
            RoutingFaultsTest::cases,
            FirewallFaultsTest::cases,
            HostFaultsTest::cases,
            CommandFaultsTest::cases,
            FileFaultsTest::cases,
            HostFileFaultsTest::cases)
        .flatMap(Supplier::get)
        .toList();
  }

  @Test
  void it_has_every_code_once_and_in_order() {
    assertThat(Catalogue.entries())
        .extracting(Entry::code)
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, LAST).mapToObj("F%02d"::formatted).toList());
  }

  @Test
  void every_fault_is_shown_and_nearly_shown_by_a_test_unless_only_a_running_network_shows_it() {
    var tested = new TreeSet<String>();
    cases().forEach(fault -> tested.add(fault.code()));
    for (var entry : Catalogue.entries()) {
      assertThat(tested.contains(entry.code()))
          .as(entry.code())
          .isEqualTo(entry.sight() != Sight.LIVE);
    }
  }

  @Test
  void every_shape_of_a_fault_that_can_be_said_has_a_test() throws IOException {
    var messages = new Properties();
    try (var reader =
        Files.newBufferedReader(Path.of("src/main/resources/guywire/prove/messages.properties"))) {
      messages.load(reader);
    }
    var tested = new TreeSet<String>();
    cases().forEach(fault -> tested.add(fault.message()));
    assertThat(messages.stringPropertyNames())
        .filteredOn(key -> key.matches("F[0-9]{2}(\\.[a-z-]+)?") && !key.endsWith(".mend"))
        .hasSizeGreaterThan(80)
        .isSubsetOf(tested);
  }

  @Test
  void the_severity_is_that_of_the_worst_shape() {
    var worst = new TreeMap<String, Severity>();
    for (var fault : cases()) {
      for (Finding finding : fault.shows().get()) {
        if (finding.code().equals(fault.code())) {
          worst.merge(fault.code(), finding.severity(), (a, b) -> a.compareTo(b) < 0 ? a : b);
        }
      }
    }
    var stated = new TreeMap<String, Severity>();
    Catalogue.entries().stream()
        .filter(entry -> worst.containsKey(entry.code()))
        .forEach(entry -> stated.put(entry.code(), entry.severity()));
    assertThat(stated).isEqualTo(worst);
  }
}
