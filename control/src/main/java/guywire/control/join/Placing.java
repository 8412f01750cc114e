package guywire.control.join;

import guywire.address.IpAddress;
import guywire.control.store.StoredHost;
import guywire.network.Internet;
import guywire.network.Name;
import guywire.network.managed.HostDescription;
import guywire.plan.definition.Definition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a new node stands in its network: what is said of it in the definition.
 *
 * @param where straight on the internet, in a site, or wherever it is
 * @param hub the hub that it hangs on, where there are several
 */
public record Placing(Where where, Optional<Name> hub) {

  /** Where a node is plugged in. */
  public sealed interface Where {

    /**
     * Straight on the internet.
     *
     * @param address its address
     */
    record Public(IpAddress address) implements Where {}

    /**
     * In a site, as a machine like any other.
     *
     * @param site the site
     */
    record Site(Name site) implements Where {}

    /** Wherever it is. */
    record Roaming() implements Where {}
  }

  /**
   * What a host's own words and its address propose. One whose address this server sees, if that is
   * its own and no private one, is on the internet; one in a LAN of a site is there; any other
   * roams.
   */
  public static Where proposed(StoredHost host, Optional<Definition> definition) {
    var own =
        host.facts().links().stream()
            .map(HostDescription.HostLink::addresses)
            .flatMap(List::stream)
            .toList();
    var seen =
        IpAddress.tryParse(host.address())
            .filter(address -> own.stream().anyMatch(each -> each.address().equals(address)))
            .filter(Internet::routes);
    if (seen.isPresent()) {
      return new Where.Public(seen.get());
    }
    return definition.stream()
        .flatMap(known -> known.sites().stream())
        .filter(site ->
            site.lans().stream()
                .anyMatch(lan -> own.stream().anyMatch(a -> a.prefix().equals(lan.prefix()))))
        .<Where>map(site -> new Where.Site(site.name()))
        .findFirst()
        .orElse(new Where.Roaming());
  }

  /** What stands in the definition. */
  public List<String> fields() {
    var fields = new ArrayList<String>();
    fields.add(
        switch (where) {
          case Where.Public on -> "public: \"" + on.address() + "\"";
          case Where.Site in -> "site: \"" + in.site() + "\"";
          case Where.Roaming _ -> "roaming: true";
        });
    hub.ifPresent(name -> fields.add("hub: \"" + name + "\""));
    return fields;
  }
}
