package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A way that dies between two nodes with agents, as the page shows it in a real Chromium: {@code
 * web/src/test/page/failover.mjs}. It tells by whom they reach each other now, why the better way
 * is not taken, and that it is again once it lives.
 */
@Timeout(400)
@Execution(ExecutionMode.CONCURRENT)
class FailoverPageTest extends ManagedHosts {

  @Test
  void the_page_shows_the_other_way_and_why_and_then_the_better_one_again() throws Exception {
    var at = box("desk");
    var boxes = Map.of("hub", box("hub"), "spare", box("spare"), "store", box("store"));
    String bridge =
        "ip link add br0 type bridge && ip addr add " + LINK + "/24 dev br0 && ip link set br0 up";
    assertThat(run(at, "", "sh", "-c", bridge).code()).isZero();
    cable(at, boxes.get("hub"), "to-hub", "203.0.113.1");
    cable(at, boxes.get("spare"), "to-spare", "203.0.113.20");
    cable(at, boxes.get("store"), "to-store", "203.0.113.30");
    serve(at);
    await(() -> text("link").contains("~"), "the link");
    var out = Files.createDirectory(directory.resolve("out"));
    String said =
        journey(
            at,
            "failover.mjs",
            out,
            installed(),
            boxes,
            (_, picture) -> {
              throw new AssertionError("nobody has a phone here: " + picture);
            });
    var took =
        said.lines().filter(line -> line.startsWith("the page shows the other way")).toList();
    assertThat(took).as(said).hasSize(1);
    System.getLogger(FailoverPageTest.class.getName())
        .log(System.Logger.Level.INFO, took.getFirst());
  }
}
