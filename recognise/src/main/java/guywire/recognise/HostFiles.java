package guywire.recognise;

import guywire.format.Imported;
import guywire.format.SourceFile;
import java.util.List;

/**
 * The configurations of several hosts as they were found.
 *
 * @param hosts what the files of each host say
 * @param files the files themselves, whose comments name what no setting does
 */
public record HostFiles(List<Imported> hosts, List<SourceFile> files) {
  /** Copies the lists. */
  public HostFiles {
    hosts = List.copyOf(hosts);
    files = List.copyOf(files);
  }
}
