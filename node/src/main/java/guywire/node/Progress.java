package guywire.node;

import guywire.network.text.Text;

/** Hears what is being changed on a machine, one step at a time. */
@FunctionalInterface
public interface Progress {

  /** Hears nothing. */
  Progress SILENT = _ -> {};

  /** A step that begins now. */
  void step(Text what);
}
