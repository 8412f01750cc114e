package guywire.node;

import guywire.network.InterfaceName;
import guywire.network.Nftables;
import guywire.network.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The node's nftables table, and its passage through Docker's filter where there is one. */
record FirewallSetup(Work work) {

  /** The chain that Docker leaves to the owner of the host, and asks first. */
  private static final String DOCKER = "DOCKER-USER";

  /** Loads the table if it differs from what is there; removes it if none is wanted. */
  String ensure(NftTable wanted, String before) {
    boolean there = !before.isEmpty() && isThere(wanted.name());
    if (wanted.text().equals(before) && (there || before.isEmpty())) {
      return before;
    }
    work.change(
        Text.of(FirewallSetup.class, "step.firewall", wanted.name()),
        () -> load(wanted.text().isEmpty() ? Nftables.removal(wanted.name()) : wanted.text()),
        () -> load(there ? before : Nftables.removal(wanted.name())));
    return wanted.text();
  }

  /** Removes the table, whether it is still there or not. */
  void remove(String name) {
    if (isThere(name)) {
      load(Nftables.removal(name));
    }
  }

  /**
   * Docker lets nothing through that it does not know. Its own chain for the owner's rules gets one
   * rule for each tunnel and direction; what passes there still has to pass the node's own table.
   *
   * @return the rules that are there now because of us
   */
  List<String> ensurePassages(List<InterfaceName> tunnels, List<String> before) {
    List<String> wanted = dockerIsHere() ? passages(tunnels) : List.of();
    for (var rule : wanted) {
      if (!passageExists(rule)) {
        work.change(
            Text.of(FirewallSetup.class, "step.docker", rule),
            () -> docker("-I", rule),
            () -> removePassage(rule));
      }
    }
    for (var rule : before) {
      if (!wanted.contains(rule)) {
        work.change(
            Text.of(FirewallSetup.class, "step.no-docker", rule),
            () -> removePassage(rule),
            () -> docker("-I", rule));
      }
    }
    return wanted;
  }

  /** The rules that let these tunnels pass. */
  static List<String> passages(List<InterfaceName> tunnels) {
    var rules = new ArrayList<String>();
    for (var tunnel : tunnels) {
      rules.add("-i " + tunnel + " -j ACCEPT");
      rules.add("-o " + tunnel + " -j ACCEPT");
    }
    return rules;
  }

  void removePassage(String rule) {
    if (passageExists(rule)) {
      docker("-D", rule);
    }
  }

  /** Looked up without iptables where possible: a mere look of it may make its tables. */
  private boolean dockerIsHere() {
    return work.commands().find("iptables").isPresent()
        && ((work.commands().find("nft").isPresent()
                && work.commands()
                    .run("", "nft", "list", "chain", "ip", "filter", DOCKER)
                    .succeeded())
            || (legacyTablesExist()
                && work.commands().run("", "iptables", "-w", "-n", "-L", DOCKER).succeeded()));
  }

  private static boolean legacyTablesExist() {
    try {
      return Files.readString(Path.of("/proc/thread-self/net/ip_tables_names")).contains("filter");
    } catch (IOException e) {
      return false;
    }
  }

  private boolean passageExists(String rule) {
    return dockerIsHere() && work.commands().run("", command("-C", rule)).succeeded();
  }

  private void docker(String verb, String rule) {
    var ended = work.commands().run("", command(verb, rule));
    if (!ended.succeeded()) {
      throw new SetupFailure(Text.of(FirewallSetup.class, "docker.refused", ended.output()));
    }
  }

  private static List<String> command(String verb, String rule) {
    var command = new ArrayList<>(List.of("iptables", "-w", verb, DOCKER));
    command.addAll(List.of(rule.split(" ")));
    command.addAll(List.of("-m", "comment", "--comment", "guywire"));
    return command;
  }

  private boolean isThere(String name) {
    return work.commands().find("nft").isPresent()
        && work.commands().run("", "nft", "list", "table", "inet", name).succeeded();
  }

  private void load(String transaction) {
    String nft =
        work.commands()
            .find("nft")
            .orElseThrow(() -> new MissingRequirement(Text.of(FirewallSetup.class, "missing.nft")));
    var ended = work.commands().run(transaction, nft, "-f", "-");
    if (!ended.succeeded()) {
      throw new SetupFailure(
          Text.of(
              FirewallSetup.class,
              "firewall.refused",
              ended.output().lines().findFirst().orElse("")));
    }
  }
}
