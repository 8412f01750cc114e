package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress.Family;
import guywire.format.Formats;
import guywire.format.input.Format;
import guywire.format.input.Imported;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.Platform;
import guywire.network.text.Severity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The work of judging a large network grows with its entries. How long it takes, {@code
 * bench/prover} says.
 */
@Tag("long")
class ScaleTest {

  /** Processor time rather than the clock's: other programs share the machine. */
  private static long cpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
  }

  private static Net hub(int spokes) {
    var net = new Net();
    var hub = net.node("hub").at("1.1.1.1").address("10.0.0.1/16").listen(51820).forwards();
    for (int i = 0; i < spokes; i++) {
      String address = "10.0." + (1 + i / 200) + "." + (1 + i % 200);
      String lan = "172." + (16 + i / 250) + "." + (i % 250);
      net.site("site-" + i).lan(lan + ".0/24").router("spoke-" + i).host("host-" + i, lan + ".9");
      net.node("spoke-" + i)
          .in("site-" + i, lan + ".1")
          .address(address + "/16")
          .forwards()
          .peer("hub", "1.1.1.1:51820", 25, "10.0.0.0/16", "172.16.0.0/12");
      hub.peer("spoke-" + i, address + "/32", lan + ".0/24");
    }
    return net;
  }

  private static Net mesh(int size) {
    var net = new Net();
    for (int i = 0; i < size; i++) {
      var node = net.node("n" + i).at(at("1.1", i)).address(at("10.0", i) + "/16").listen(51820);
      for (int j = 0; j < size; j++) {
        if (i != j) {
          node.peer("n" + j, at("1.1", j) + ":51820", 0, at("10.0", j) + "/32");
        }
      }
    }
    return net;
  }

  private static String at(String start, int number) {
    return start + "." + (1 + number / 200) + "." + (1 + number % 200);
  }

  private static Duration check(Subject subject) {
    long start = cpuNanos();
    var reachability = Reachability.of(subject.network());
    var matrix = reachability.matrix(Family.IPV4);
    var faults = Faults.in(subject, reachability);
    var took = Duration.ofNanos(cpuNanos() - start);
    assertThat(matrix.groups().size()).isLessThan(8);
    assertThat(faults).noneMatch(finding -> finding.severity() == Severity.ERROR);
    return took;
  }

  private static Map<Name, SourceFile> files(Network network) {
    var files = new LinkedHashMap<Name, SourceFile>();
    for (var node : network.nodes()) {
      var rendered = Formats.renderer(Platform.LINUX).render(node, Locale.ENGLISH);
      var file = rendered.file("etc/wireguard/wg0.conf").orElseThrow();
      files.put(node.name(), new SourceFile(node.name() + "/wg0.conf", file.text()));
    }
    return files;
  }

  private static Subject read(Map<Name, SourceFile> files) {
    var importer = Formats.importer(Format.WG_QUICK).orElseThrow();
    var imported = new ArrayList<Imported>();
    files.forEach((name, file) -> imported.addAll(importer.read(name, List.of(file))));
    return Assembly.of(new Name("mesh"), imported, Facts.NONE);
  }

  @Test
  void a_full_mesh_from_its_files_takes_time_by_its_entries() {
    cost(mesh(120));
    var small = cost(mesh(150));
    var large = cost(mesh(300));
    // Four times the entries.
    assertThat(large).isLessThan(small.multipliedBy(10).plusMillis(500));
  }

  private static Duration cost(Net net) {
    var files = files(net.build());
    long start = cpuNanos();
    var subject = read(files);
    var read = Duration.ofNanos(cpuNanos() - start);
    return check(subject).plus(read);
  }

  @Test
  void the_time_grows_with_the_entries() {
    check(Subject.planned(hub(1000).build()));
    var small = check(Subject.planned(hub(1000).build()));
    var large = check(Subject.planned(hub(4000).build()));
    assertThat(large).isLessThan(small.multipliedBy(10).plusMillis(500));
  }
}
