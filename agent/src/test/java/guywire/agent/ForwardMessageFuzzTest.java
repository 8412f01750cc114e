package guywire.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever bytes come: they are a message, and then exactly its own bytes, or none. */
class ForwardMessageFuzzTest {

  @FuzzTest(maxDuration = "30s")
  void any_bytes_are_one_message_or_none(byte[] input) {
    ForwardMessage.read(input).ifPresent(message -> assertThat(message.bytes()).isEqualTo(input));
  }
}
