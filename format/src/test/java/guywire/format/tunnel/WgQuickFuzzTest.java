package guywire.format.tunnel;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Tag;

/**
 * Any text at all, guided by coverage: {@code JAZZER_FUZZ=1} searches for new ones, otherwise those
 * found before are tried again. Its agent slows the whole JVM down, hence the tag.
 */
@Tag("long")
class WgQuickFuzzTest {

  @FuzzTest(maxDuration = "2m")
  void any_text_is_read(FuzzedDataProvider data) {
    HostileFilesTest.read(data.consumeRemainingAsString());
  }
}
