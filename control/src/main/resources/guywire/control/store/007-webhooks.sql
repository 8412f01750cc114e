-- What happened to nodes, for those who want to be told; the newest are kept.
CREATE TABLE events (
  number bigint NOT NULL PRIMARY KEY,
  at bigint NOT NULL,
  kind text NOT NULL,
  network text NOT NULL,
  subject text NOT NULL,
  detail text NOT NULL
);

-- Who is told. The secret signs what is sent, so it is kept as it is; "sent" is the number of the event
-- that was taken last, "tries" how often the next one was tried, "due" when it is tried again.
CREATE TABLE webhooks (
  id text NOT NULL PRIMARY KEY,
  url text NOT NULL,
  secret text NOT NULL,
  network text REFERENCES networks (id),
  created bigint NOT NULL,
  sent bigint NOT NULL,
  tries bigint NOT NULL,
  due bigint NOT NULL,
  outcome text NOT NULL
);
