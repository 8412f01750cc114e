package guywire.network;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class UnderlayTest {

  private static final Name NODE = new Name("gate");

  private static List<IpAddress> found(Internet.Nat nat, Optional<String> seen, String... inside) {
    var site = new Name("home");
    var internet =
        new Internet(nat, seen.map(IpAddress::parse), Optional.empty(), OptionalInt.empty(), 120);
    var lan = new Site.Lan(Prefix.parse("192.168.1.0/24"), IpAddress.parse("192.168.1.1"));
    var home =
        new Site(site, List.of(lan), internet, Optional.of(NODE), List.of(), List.of(), List.of());
    List<IpAddress> own = List.of(inside).stream().map(IpAddress::parse).toList();
    return new Underlay(List.of(home), List.of(new Attachment.InSite(NODE, site, own)))
        .publicAddresses(NODE);
  }

  @Test
  void behind_a_nat_the_internet_finds_a_node_at_its_routers_address() {
    assertThat(found(Internet.Nat.KEEPS_PORTS, Optional.of("192.0.2.10"), "192.168.1.7"))
        .containsExactly(IpAddress.parse("192.0.2.10"));
  }

  @Test
  void in_a_site_without_nat_it_is_found_at_its_own() {
    assertThat(found(Internet.Nat.NONE, Optional.empty(), "198.51.100.17", "172.20.0.1", "fd00::1"))
        .containsExactly(IpAddress.parse("198.51.100.17"));
  }

  @Test
  void where_nothing_is_known_there_is_none() {
    assertThat(found(Internet.Nat.RANDOM_PORTS, Optional.empty(), "192.168.1.7")).isEmpty();
    assertThat(new Underlay(List.of(), List.of()).publicAddresses(NODE)).isEmpty();
  }
}
