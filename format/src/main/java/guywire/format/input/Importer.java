package guywire.format.input;

import guywire.network.Name;
import java.util.List;

/** Reads the files of one format. It never fails: what it can't read becomes a finding. */
public interface Importer {

  /**
   * Reads the files of one node.
   *
   * @param node what to call it, where the files don't say
   * @param files its files of this format, at least one
   * @return the node; several where the format describes a whole network (a Proxmox fabric)
   */
  List<Imported> read(Name node, List<SourceFile> files);
}
