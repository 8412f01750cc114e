-- Who signs in may be for one network alone, as a token may.
ALTER TABLE users ADD COLUMN network text REFERENCES networks (id);

-- Whose device a node is, where it is somebody's.
ALTER TABLE nodes ADD COLUMN owner text REFERENCES users (id);
