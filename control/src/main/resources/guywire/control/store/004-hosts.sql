-- What a token to join with grants: one name or any, a group or none, and whether nobody need be asked.
CREATE TABLE invitations (
  token text NOT NULL PRIMARY KEY REFERENCES tokens (id) ON DELETE CASCADE,
  name text,
  member_of text,
  approves bigint NOT NULL
);

-- A host that asked to be a node. Of its two keys only the public halves have a place here. "node" is
-- what it is, once that was approved; the rest is what it told last.
CREATE TABLE hosts (
  id text NOT NULL PRIMARY KEY,
  network text NOT NULL REFERENCES networks (id),
  node text,
  state text NOT NULL,
  name text NOT NULL,
  member_of text,
  public_key text NOT NULL,
  identity text NOT NULL UNIQUE,
  facts text NOT NULL,
  address text NOT NULL,
  created bigint NOT NULL,
  seen bigint,
  applied bigint,
  rejected bigint,
  rejected_digest text,
  rejected_why text
);

CREATE UNIQUE INDEX host_of_node ON hosts (network, node);
