-- Who signs in by name has a password, of which an Argon2id digest is kept, and may do this much.
ALTER TABLE users ADD COLUMN password text;
ALTER TABLE users ADD COLUMN scope text;

-- A token that a browser holds as its session: when it was last used.
ALTER TABLE tokens ADD COLUMN seen bigint;
