package guywire.control.change;

import guywire.network.Name;
import guywire.network.Network;
import guywire.network.text.Finding;
import guywire.network.text.Severity;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.protocol.PublicKey;
import guywire.prove.Faults;
import guywire.prove.Judgement;
import guywire.prove.LookupJudgement;
import guywire.prove.Reachability;
import guywire.prove.Subject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the planner and the prover say of a definition.
 *
 * @param network the planned network; empty if the definition can't be read or can't work
 * @param declared the public keys that the definition gives to nodes
 * @param findings what is wrong or doubtful
 * @param broken the promises that it breaks, each with the packet that shows it
 * @param brokenLookups the promises about names that it breaks
 */
record Proof(
    Optional<Network> network,
    Map<Name, PublicKey> declared,
    List<Finding> findings,
    List<Judgement> broken,
    List<LookupJudgement> brokenLookups) {

  /** Copies the lists. */
  Proof {
    declared = Map.copyOf(declared);
    findings = List.copyOf(findings);
    broken = List.copyOf(broken);
    brokenLookups = List.copyOf(brokenLookups);
  }

  /** Reads, plans and proves a text. */
  static Proof of(String text, PublicKeys keys) {
    var reading = Definition.parse("definition", text);
    var findings = new ArrayList<>(reading.findings());
    var network =
        reading
            .definition()
            .flatMap(definition -> {
              var planned = Planner.plan(definition, keys);
              findings.addAll(planned.findings());
              return planned.network();
            });
    if (network.isEmpty()) {
      return new Proof(network, Map.of(), findings, List.of(), List.of());
    }
    var proof = Reachability.of(network.get());
    findings.addAll(Faults.in(Subject.planned(network.get()), proof));
    return new Proof(
        network,
        reading.definition().map(Proof::declared).orElse(Map.of()),
        findings,
        proof.judgements().stream()
            .filter(j -> j.verdict() == Judgement.PromiseVerdict.BROKEN)
            .toList(),
        proof.lookups().stream()
            .filter(j -> j.verdict() == Judgement.PromiseVerdict.BROKEN)
            .toList());
  }

  private static Map<Name, PublicKey> declared(Definition definition) {
    var keys = new HashMap<Name, PublicKey>();
    for (var node : definition.nodes()) {
      node.publicKey().ifPresent(key -> keys.put(node.name(), key));
    }
    return keys;
  }

  /** Whether the network works and does what was promised. */
  boolean holds() {
    return network.isPresent()
        && broken.isEmpty()
        && brokenLookups.isEmpty()
        && findings.stream().noneMatch(finding -> finding.severity() == Severity.ERROR);
  }
}
