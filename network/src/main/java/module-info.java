/** A network as data: its definition, the configuration of each node, and what follows from it. */
module guywire.network {
  requires transitive guywire.protocol;
  requires static transitive org.jspecify;
  requires org.snakeyaml.engine;
  requires tools.jackson.databind;
  requires com.google.zxing;

  exports guywire.network.catalogue;
  exports guywire.network.config;
  exports guywire.network.format;
  exports guywire.network.definition;
  exports guywire.network.plan;
  exports guywire.network.recognise;
  exports guywire.network.text;
  exports guywire.network.verify;
}
