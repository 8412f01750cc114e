/** The server that a network is managed from: storage, changes that are proven, the API. */
module guywire.control {
  requires static transitive org.jspecify;
  requires transitive guywire.network;
  requires transitive guywire.guard;
  requires guywire.plan;
  requires guywire.prove;
  requires guywire.format;
  requires guywire.recognise;
  requires java.sql;
  requires java.net.http;
  requires com.nimbusds.jose.jwt;
  requires org.postgresql.jdbc;
  requires tools.jackson.databind;
  requires io.helidon.webserver;
  requires io.helidon.http;
  requires io.helidon.common.tls;
  requires java.logging;
  requires org.bouncycastle.pkix;
  requires org.bouncycastle.provider;
  requires org.shredzone.acme4j;

  exports guywire.control;
}
