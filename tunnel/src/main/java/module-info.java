/** The data plane between TUN and UDP. */
module guywire.tunnel {
  requires static transitive org.jspecify;
  requires transitive guywire.protocol;
  requires guywire.guard;
  requires guywire.linux;
}
