/** One long-lived process on a node: chooses among its ways, and keeps it so. */
module guywire.agent {
  requires static transitive org.jspecify;
  requires transitive guywire.network;
  requires guywire.guard;
  requires guywire.linux;
  requires transitive guywire.node;
  requires java.net.http;
  requires java.xml;

  exports guywire.agent;
  exports guywire.agent.choice;
  exports guywire.agent.managed;
  exports guywire.agent.mapping;

  // What an agent says is written from records.
  opens guywire.agent to
      guywire.network;
  opens guywire.agent.managed to
      guywire.network;
  opens guywire.agent.mapping to
      guywire.network;
}
