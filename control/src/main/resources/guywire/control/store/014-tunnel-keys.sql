-- The public keys of the tunnels that nodes have beside their usual ones, as the nodes told them: "relay" is
-- whose tunnels these are (the node itself at its own end), "since" when it was told. By names and not by
-- identities: for some nodes the former version of a definition still holds while nodes of it are gone.
CREATE TABLE tunnel_keys (
  network text NOT NULL REFERENCES networks (id),
  node text NOT NULL,
  relay text NOT NULL,
  public_key text NOT NULL,
  since bigint NOT NULL,
  PRIMARY KEY (network, node, relay),
  UNIQUE (network, public_key)
);
