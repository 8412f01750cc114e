/** A network in namespaces, with probes. */
module guywire.lab {
  requires static transitive org.jspecify;
  requires transitive guywire.network;
  requires guywire.format;
  requires transitive guywire.prove;
  requires guywire.linux;
  requires transitive guywire.node;
  requires guywire.agent;
  requires org.dnsjava;

  exports guywire.lab;
}
