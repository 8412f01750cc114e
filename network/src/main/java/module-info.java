/**
 * A network as data: the configuration of each node, the world beneath, and what is said about
 * them.
 */
module guywire.network {
  requires transitive guywire.address;
  requires transitive guywire.guard;
  requires transitive guywire.protocol;
  requires static transitive org.jspecify;

  exports guywire.network;
  exports guywire.network.json;
  exports guywire.network.managed;
  exports guywire.network.text;
}
