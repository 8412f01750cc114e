-- Who signs in by an identity provider. "identity" is what an administrator named him by, which counts once: from
-- then on issuer and subject say who he is, also when he was removed, so that he does not come back as another.
ALTER TABLE users ADD COLUMN identity text;
ALTER TABLE users ADD COLUMN issuer text;
ALTER TABLE users ADD COLUMN subject text;
CREATE UNIQUE INDEX user_of_identity ON users (identity);
CREATE UNIQUE INDEX user_of_subject ON users (issuer, subject);

-- Sign-ins that ended well, for as long as they could be shown again: each is good once.
CREATE TABLE used_sign_ins (
  state text NOT NULL PRIMARY KEY,
  made bigint NOT NULL
);
CREATE INDEX used_sign_ins_by_time ON used_sign_ins (made);
