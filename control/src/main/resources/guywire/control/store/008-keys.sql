-- Since when a node has its key, and whether it was told that this one is due to be replaced.
ALTER TABLE nodes ADD COLUMN key_since bigint;
ALTER TABLE nodes ADD COLUMN key_told bigint NOT NULL DEFAULT 0;

-- A managed node that changes its key. "other_key" is the one it will have, once it was announced, and
-- the one it had, once it was switched; peers accept both. "revision" is that of the last step, which the
-- others have to be at before the next one, or else until "grace_ends".
CREATE TABLE key_rotations (
  network text NOT NULL REFERENCES networks (id),
  node text NOT NULL,
  state text NOT NULL,
  other_key text,
  revision bigint NOT NULL,
  begun bigint NOT NULL,
  grace_ends bigint NOT NULL,
  PRIMARY KEY (network, node)
);

-- After how many days the keys of a network are due.
CREATE TABLE key_schedules (
  network text NOT NULL PRIMARY KEY REFERENCES networks (id),
  days bigint NOT NULL
);
