package guywire.prove;

import com.code_intelligence.jazzer.junit.FuzzTest;
import guywire.format.Formats;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** No text makes the judgement of commands, or the reading of facts, fail or hang. */
@Tag("long")
class HostileFactsFuzzTest {

  private static final Name NODE = new Name("node");

  @FuzzTest(maxDuration = "60s")
  void commands_are_judged(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    var tunnel = new SourceFile("wg0.conf", "[Interface]\nAddress = 10.0.0.1/24\n");
    for (var name : List.of("setup.sh", "guide.md")) {
      var read = Formats.read(NODE, List.of(tunnel, new SourceFile(name, text)));
      Faults.in(Assembly.of(NODE, read, Facts.NONE));
    }
  }

  @FuzzTest(maxDuration = "60s")
  void facts_are_read(byte[] data) {
    FactsFile.parse("hosts.yaml", new String(data, StandardCharsets.UTF_8));
  }
}
