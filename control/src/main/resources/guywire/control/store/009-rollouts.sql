-- What became of a version that did not reach all nodes at once: "tried" by a few, "stopped", with a word on why.
ALTER TABLE versions ADD COLUMN state text NOT NULL DEFAULT '';
ALTER TABLE versions ADD COLUMN word text NOT NULL DEFAULT '';

-- The newest version of a network that is not everywhere yet. "trials" are the nodes that have it first; all
-- others are what "former" says, and so are all once it was stopped. "revision" is that of the last step.
CREATE TABLE rollouts (
  network text NOT NULL PRIMARY KEY REFERENCES networks (id),
  version bigint NOT NULL,
  former bigint NOT NULL,
  state text NOT NULL,
  revision bigint NOT NULL,
  trials text NOT NULL,
  begun bigint NOT NULL
);

-- The nodes of the former version as they were: its plan needs their addresses, and the keys of managed nodes
-- that the newest version has no more.
CREATE TABLE rollout_nodes (
  network text NOT NULL REFERENCES networks (id),
  name text NOT NULL,
  managed bigint NOT NULL,
  public_key text,
  addresses text NOT NULL,
  PRIMARY KEY (network, name)
);
