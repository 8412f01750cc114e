/** From a definition to the configuration of each node. */
module guywire.plan {
  requires transitive guywire.network;
  requires static transitive org.jspecify;
  requires org.snakeyaml.engine;

  exports guywire.plan;
  exports guywire.plan.definition;
}
