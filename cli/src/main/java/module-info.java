/** The command line. */
module guywire.cli {
  requires guywire.protocol;
  requires guywire.linux;
  requires guywire.tunnel;
  requires guywire.network;
  requires guywire.plan;
  requires guywire.format;
  requires guywire.prove;
  requires guywire.recognise;
  requires guywire.agent;
  requires guywire.node;
  requires guywire.lab;
  requires guywire.control;
  requires java.management;
  requires java.net.http;
  requires info.picocli;
  requires tools.jackson.databind;
  requires static org.jspecify;

  opens guywire.cli to
      info.picocli;
}
