-- A host that has proven who it is holds a token, of which only the digest is kept, until it proves that anew.
ALTER TABLE hosts ADD COLUMN session text;
ALTER TABLE hosts ADD COLUMN session_begun bigint;
CREATE UNIQUE INDEX host_of_session ON hosts (session);

-- What hosts have signed already, for as long as it would count: each is good once.
CREATE TABLE used_challenges (
  challenge text NOT NULL PRIMARY KEY,
  made bigint NOT NULL
);
CREATE INDEX used_challenges_by_time ON used_challenges (made);

-- Who went wrong lately, by the digest of a name, and until when that counts.
CREATE TABLE wrongs (
  name text NOT NULL PRIMARY KEY,
  count bigint NOT NULL,
  ends bigint NOT NULL
);

-- How managed nodes stood when it was looked last what happened to them. "rejected" is the revision and digest
-- of the document that a node went back from, "ways" has a line for each other node.
CREATE TABLE watched_nodes (
  node text NOT NULL PRIMARY KEY,
  up bigint NOT NULL,
  rejected text NOT NULL,
  ways text NOT NULL
);

-- SHA-256 of the certificate by which a server on a shared database is known; of all, if there are several.
CREATE TABLE certificates (
  fingerprint text NOT NULL PRIMARY KEY
);
