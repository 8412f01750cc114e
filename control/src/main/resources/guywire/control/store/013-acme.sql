-- What servers on a shared database that have a certificate by ACME know alike: the account's key and the certificate
-- with its own, sealed with a key that follows from that of the servers' own certificate and is in no database; and
-- what an authority is answered that wants a name proven, which everybody may see.
CREATE TABLE acme (
  name text NOT NULL PRIMARY KEY,
  content text NOT NULL
);
