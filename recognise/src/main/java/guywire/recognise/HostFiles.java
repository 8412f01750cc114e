package guywire.recognise;

import guywire.format.input.Imported;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.network.text.Finding;
import java.util.List;
import java.util.Map;

/**
 * The configurations of several hosts as they were found.
 *
 * @param hosts what the files of each host say
 * @param files the files themselves, whose comments name what no setting does
 * @param byHost the files of each host, as far as they are known apart
 * @param findings what is to be said of files that could not be read
 */
public record HostFiles(
    List<Imported> hosts,
    List<SourceFile> files,
    Map<Name, List<SourceFile>> byHost,
    List<Finding> findings) {

  /** Copies the lists. */
  public HostFiles {
    hosts = List.copyOf(hosts);
    files = List.copyOf(files);
    byHost = Map.copyOf(byHost);
    findings = List.copyOf(findings);
  }

  /** Files of which each was read. */
  public HostFiles(List<Imported> hosts, List<SourceFile> files) {
    this(hosts, files, Map.of(), List.of());
  }
}
