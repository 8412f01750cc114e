package guywire.agent.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import guywire.address.IpAddress;

/** Whatever bytes a router sends, by any of its ways: no exception and no other host. */
class RouterFuzzTest {

  private static final IpAddress ROUTER = SimulatedRouter.ADDRESS;

  @FuzzTest(maxDuration = "30s")
  void any_bytes_are_an_answer_or_none(byte[] input) {
    RouterAnswer.read(input);
    DiscoveryMessage.location(input, ROUTER);
    RouterXml.read(input);
    ConnectionService.read(input, new RouterUrl(5000, "/"), ROUTER)
        .forEach(each -> assertThat(each.control().path()).matches("/[!-~]*"));
    if (RouterReply.read(input, true) instanceof RouterReply.Reading.Whole(var reply)) {
      assertThat(reply.body().length).isLessThanOrEqualTo(input.length);
    }
  }
}
