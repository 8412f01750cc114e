-- Whoever has a second factor signs in with a one-time code, too. The secret is what makes the codes, so
-- it is kept as it is; last_step is that of the code that was accepted last, which none may precede.
CREATE TABLE second_factors (
  owner text NOT NULL PRIMARY KEY REFERENCES users (id),
  secret text NOT NULL,
  confirmed bigint NOT NULL,
  last_step bigint NOT NULL
);

-- Of a code for whoever lost his device only the digest is kept. It is good once.
CREATE TABLE recovery_codes (
  owner text NOT NULL REFERENCES users (id),
  digest text NOT NULL,
  PRIMARY KEY (owner, digest)
);
