-- A node that is paused, or expired, is left out of what the others shall be. "ended" says that its
-- end was told already.
ALTER TABLE nodes ADD COLUMN paused bigint NOT NULL DEFAULT 0;
ALTER TABLE nodes ADD COLUMN expires bigint;
ALTER TABLE nodes ADD COLUMN ended bigint NOT NULL DEFAULT 0;

-- The only node that a token is for.
ALTER TABLE tokens ADD COLUMN node text;
