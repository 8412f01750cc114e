/** This host as a node. */
module guywire.node {
  requires static transitive org.jspecify;
  requires transitive guywire.network;
  requires transitive guywire.linux;
  requires guywire.tunnel;
  requires tools.jackson.databind;
  requires org.dnsjava;

  exports guywire.node;

  // The journal is written from records.
  opens guywire.node to
      guywire.network;
}
