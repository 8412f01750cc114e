package guywire.recognise;

import guywire.format.Imported;
import guywire.format.SourceFile;
import guywire.network.text.Finding;
import java.util.List;

/**
 * The configurations of several hosts as they were found.
 *
 * @param hosts what the files of each host say
 * @param files the files themselves, whose comments name what no setting does
 * @param findings what is to be said of the pile: files in it that could not be read
 */
public record HostFiles(List<Imported> hosts, List<SourceFile> files, List<Finding> findings) {
  /** Copies the lists. */
  public HostFiles {
    hosts = List.copyOf(hosts);
    files = List.copyOf(files);
    findings = List.copyOf(findings);
  }

  /** Files of which each was read. */
  public HostFiles(List<Imported> hosts, List<SourceFile> files) {
    this(hosts, files, List.of());
  }
}
