package guywire.lab;

import guywire.network.text.Text;

/** Hears what the lab is doing, from any of its threads, one call at a time. */
@FunctionalInterface
public interface LabListener {

  /** Hears nothing. */
  LabListener SILENT = (_, _, _) -> {};

  /**
   * Something went a step further.
   *
   * @param what is being done
   * @param done how many of its steps are done
   * @param all how many there are
   */
  void progress(Text what, int done, int all);
}
