/** The command line. */
module guywire.cli {
  requires static transitive org.jspecify;
  requires guywire.protocol;
  requires guywire.linux;
  requires guywire.tunnel;
  requires guywire.network;
  requires guywire.node;
  requires guywire.lab;
  requires info.picocli;
}
