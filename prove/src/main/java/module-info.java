/** Who reaches whom, why not, and what is wrong. */
module guywire.prove {
  requires transitive guywire.network;
  requires transitive guywire.format;
  requires static transitive org.jspecify;
  requires org.snakeyaml.engine;

  exports guywire.prove;
  exports guywire.prove.catalogue;
}
