-- Runs on SQLite and on PostgreSQL. Times are milliseconds since 1970 (UTC).

CREATE TABLE users (
  id text NOT NULL PRIMARY KEY,
  name text NOT NULL UNIQUE,
  created bigint NOT NULL
);

-- The version is that of the definition; the revision counts every change of what nodes shall be,
-- also by a new key.
CREATE TABLE networks (
  id text NOT NULL PRIMARY KEY,
  name text NOT NULL UNIQUE,
  version bigint NOT NULL,
  revision bigint NOT NULL,
  created bigint NOT NULL
);

CREATE TABLE versions (
  network text NOT NULL REFERENCES networks (id),
  number bigint NOT NULL,
  definition text NOT NULL,
  author text NOT NULL REFERENCES users (id),
  created bigint NOT NULL,
  comment text NOT NULL,
  PRIMARY KEY (network, number)
);

-- A node has a public key here or none; a private key has no place.
CREATE TABLE nodes (
  network text NOT NULL REFERENCES networks (id),
  id text NOT NULL,
  name text NOT NULL,
  public_key text,
  PRIMARY KEY (network, id),
  UNIQUE (network, name),
  UNIQUE (network, public_key)
);

-- The tunnel addresses that were handed out, so that a node keeps its own.
CREATE TABLE addresses (
  network text NOT NULL REFERENCES networks (id),
  node text NOT NULL,
  address text NOT NULL,
  PRIMARY KEY (network, node, address)
);

-- Of a token only the digest is kept.
CREATE TABLE tokens (
  id text NOT NULL PRIMARY KEY,
  digest text NOT NULL UNIQUE,
  owner text NOT NULL REFERENCES users (id),
  label text NOT NULL,
  scope text NOT NULL,
  network text REFERENCES networks (id),
  created bigint NOT NULL,
  expires bigint,
  uses_left bigint
);

CREATE TABLE audit (
  number bigint NOT NULL PRIMARY KEY,
  at bigint NOT NULL,
  actor text NOT NULL,
  token text NOT NULL,
  action text NOT NULL,
  network text NOT NULL,
  subject text NOT NULL,
  detail text NOT NULL
);

CREATE INDEX audit_by_network ON audit (network, number);
