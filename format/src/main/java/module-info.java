/** Configurations from and to the files that devices understand. */
module guywire.format {
  requires transitive guywire.network;
  requires static transitive org.jspecify;
  requires org.snakeyaml.engine;
  requires com.google.zxing;
  requires java.xml;
  requires tools.jackson.core;

  exports guywire.format;
  exports guywire.format.input;
  exports guywire.format.output;
  exports guywire.format.shell;
}
