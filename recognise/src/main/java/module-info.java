/** From the configurations that hosts have to a definition of their network. */
module guywire.recognise {
  requires transitive guywire.network;
  requires transitive guywire.plan;
  requires transitive guywire.format;
  requires transitive guywire.prove;
  requires static transitive org.jspecify;

  exports guywire.recognise;
}
