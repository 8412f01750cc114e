package guywire.cli;

import guywire.network.text.Finding;
import java.util.List;

/** Input in which errors were found: all of them are told at once. */
final class WrongInput extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient List<Finding> findings;

  WrongInput(List<Finding> findings) {
    super(findings.toString());
    this.findings = List.copyOf(findings);
  }

  List<Finding> findings() {
    return findings;
  }
}
