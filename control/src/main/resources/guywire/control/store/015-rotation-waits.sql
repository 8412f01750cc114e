-- For how many milliseconds, of those in which a server was there, others were waited for while a node changes its
-- key: the grace is over when that is as long as from "begun" to "grace_ends", whatever the clock says by then.
ALTER TABLE key_rotations ADD COLUMN waited bigint NOT NULL DEFAULT 0;
