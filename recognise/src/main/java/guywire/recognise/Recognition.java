package guywire.recognise;

import guywire.network.Name;
import guywire.network.text.Finding;
import guywire.network.text.Text;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.prove.NetworkDiff;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What came of recognising a network in given configurations: its definition, and everything that
 * the definition does not say or says otherwise.
 */
public final class Recognition {

  private final Name network;
  private final DefinitionWriter sheet;
  private final List<Finding> findings;
  private final Optional<NetworkDiff> diff;
  private final List<Text> assumed;
  private final FoundKeys keys;

  Recognition(
      Name network,
      DefinitionWriter sheet,
      List<Finding> findings,
      Optional<NetworkDiff> diff,
      List<Text> assumed,
      FoundKeys keys) {
    this.network = network;
    this.sheet = sheet;
    this.findings = List.copyOf(findings);
    this.diff = diff;
    this.assumed = List.copyOf(assumed);
    this.keys = keys;
  }

  /** The network. */
  public Name network() {
    return network;
  }

  /** The definition as YAML, with comments in a language; it holds no secret. */
  public String definition(Locale locale) {
    return sheet.text(locale);
  }

  /**
   * What its owner must know: what had to be assumed (A01), is asked for (A03), is left out (A10)
   * or was contradictory (A11), and what is wrong with the files.
   */
  public List<Finding> findings() {
    return findings;
  }

  /**
   * What each machine would change if it got what the definition plans, and who would gain or lose
   * reach; empty if the definition can't be planned, which the findings explain.
   */
  public Optional<NetworkDiff> diff() {
    return diff;
  }

  /** What {@link #diff} takes for granted, because neither a file nor a fact speaks of it. */
  public List<Text> assumed() {
    return assumed;
  }

  /** The private keys that the files hold, by node. */
  public Map<Name, PrivateKey> privateKeys() {
    return Map.copyOf(keys.keys());
  }

  /** The pre-shared keys that the files hold, by pair of nodes. */
  public Map<Set<Name>, PresharedKey> presharedKeys() {
    return Map.copyOf(keys.shared());
  }

  /** What it is about, and no key. */
  @Override
  public String toString() {
    return "recognition of " + network;
  }
}
