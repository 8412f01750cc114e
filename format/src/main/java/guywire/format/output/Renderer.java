package guywire.format.output;

import guywire.network.NodeConfig;
import java.util.Locale;

/** Writes a node in the language of one platform. */
public interface Renderer {

  /**
   * The files of a node, among them a README.md for whoever sets it up.
   *
   * @param node the node
   * @param locale the language of the README and of comments: English, or Chinese for zh
   */
  Rendering render(NodeConfig node, Locale locale);
}
