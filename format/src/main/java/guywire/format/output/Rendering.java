package guywire.format.output;

import guywire.network.text.Finding;
import guywire.network.text.Severity;
import java.util.List;
import java.util.Optional;

/**
 * A node written for its platform.
 *
 * @param files what to put on the device
 * @param findings what the platform can't express or does by halves; with an error among them the
 *     files don't do what was asked
 */
public record Rendering(List<RenderedFile> files, List<Finding> findings) {

  /** Copies the lists. */
  public Rendering {
    files = List.copyOf(files);
    findings = List.copyOf(findings);
  }

  /** The file at this path. */
  public Optional<RenderedFile> file(String path) {
    return files.stream().filter(file -> file.path().equals(path)).findFirst();
  }

  /** Whether an error is among the findings. */
  public boolean hasErrors() {
    return findings.stream().anyMatch(finding -> finding.severity() == Severity.ERROR);
  }
}
