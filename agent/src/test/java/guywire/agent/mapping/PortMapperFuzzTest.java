package guywire.agent.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import guywire.network.EndpointAddress;
import guywire.network.Internet;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Whatever a router answers and whenever: it is asked with measure, and no private place is open.
 */
class PortMapperFuzzTest {

  @FuzzTest(maxDuration = "30s")
  void any_answers_leave_a_mapper_that_asks_no_more_than_it_should(byte[] input) {
    var mapper = new PortMapper(List.of(51820), SimulatedRouter.SECRET);
    long now = SimulatedRouter.SECOND;
    mapper.gateway(Optional.of(SimulatedRouter.GATEWAY), now);
    int sent = 0;
    for (int at = 0; at + 2 < input.length; ) {
      int length = Math.min(input[at + 1] & 0xff, input.length - at - 2);
      byte[] part = Arrays.copyOfRange(input, at + 2, at + 2 + length);
      for (var deed : mapper.advance(now)) {
        sent++;
        if (deed instanceof RouterDeed.Fetch fetch) {
          mapper.fetched(
              fetch.leased(), fetch.number(), Optional.of(new RouterReply(200, part)), now);
        }
      }
      mapper.heard(
          SimulatedRouter.ADDRESS, (input[at] & 1) == 0 ? RouterRequest.PORT : 1900, part, now);
      now += (input[at] & 0xfeL) * SimulatedRouter.SECOND / 16;
      at += 2 + length;
    }
    assertThat(sent).isLessThanOrEqualTo(20 * (input.length + 1));
    for (var mapping : mapper.mappings()) {
      assertThat(mapping.open().flatMap(EndpointAddress::address).stream())
          .allMatch(Internet::routes);
    }
  }
}
