package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Network;
import guywire.network.Transport;
import guywire.network.text.Severity;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.prove.Condition;
import guywire.prove.Faults;
import guywire.prove.Judgement;
import guywire.prove.Reachability;
import guywire.prove.Subject;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Planner and prover agree about random definitions, before anything in them is broken. */
class RandomPlansTest {

  private static final int SEEDS = 300;

  /** What a definition itself leaves open: keepalives that are off, and host names. */
  private static final Set<Condition.Kind> OPEN =
      EnumSet.of(Condition.Kind.SPOKEN, Condition.Kind.NAME_LEADS_TO);

  @Test
  void nothing_that_is_planned_is_called_an_error_or_depends_on_who_carries_the_packets() {
    var wrong = new ArrayList<String>();
    int planned = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      String text = RandomDefinition.of(new SplittableRandom(seed));
      var definition = Definition.parse("seed-" + seed, text).definition().orElseThrow();
      var plan = Planner.plan(definition, KeyStore.ofSeed(seed)).network();
      if (plan.isPresent()) {
        planned++;
        for (String doubt : doubts(plan.get(), text)) {
          wrong.add("seed %d: %s%n%s".formatted(seed, doubt, text));
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(planned)
        .as("of so many definitions most can be planned")
        .isGreaterThan(SEEDS * 8 / 10);
  }

  /** What the prover has against the plan of a definition. */
  private static List<String> doubts(Network network, String text) {
    // An MTU that the definition says itself may not fit a line.
    boolean ownMtu = text.contains("\nmtu: ");
    // Where a name leads to is not said: it may be an IPv6 address that the tunnel carries.
    boolean named = text.contains("endpoint: ");
    var doubts = new ArrayList<String>();
    Faults.in(Subject.planned(network)).stream()
        .filter(finding -> finding.severity() == Severity.ERROR)
        .filter(finding -> !(ownMtu && finding.code().equals("F60")))
        .forEach(finding -> doubts.add(finding.code() + " " + finding.what().in(Locale.ENGLISH)));
    var proof = Reachability.of(network);
    for (var judgement : proof.judgements()) {
      if (judgement.verdict() == Judgement.PromiseVerdict.BROKEN) {
        doubts.add("broken: " + judgement.promise().text());
      }
    }
    for (var from : proof.spots()) {
      for (var to : proof.spots()) {
        for (var address : proof.addresses(from, to)) {
          proof.answer(from, address, Transport.ICMP, OptionalInt.empty()).conditions().stream()
              .filter(condition -> !named && !OPEN.contains(condition.kind()))
              .forEach(
                  condition -> doubts.add("%s to %s if %s".formatted(from, to, condition.text())));
        }
      }
    }
    return doubts;
  }
}
