-- Counts what the servers on a shared database have to look at once more, without a change of what nodes shall be.
ALTER TABLE networks ADD COLUMN news bigint NOT NULL DEFAULT 0;

-- The servers on a shared database. Each counts its own beat on for as long as it is there.
CREATE TABLE replicas (
  id text NOT NULL PRIMARY KEY,
  beat bigint NOT NULL
);

-- What nodes told one of these servers last, for the others: of which beat the row is, and of which the report.
CREATE TABLE live_nodes (
  replica text NOT NULL REFERENCES replicas (id) ON DELETE CASCADE,
  node text NOT NULL,
  network text NOT NULL,
  connected bigint NOT NULL,
  report text,
  beat bigint NOT NULL,
  report_beat bigint NOT NULL,
  PRIMARY KEY (replica, node)
);
