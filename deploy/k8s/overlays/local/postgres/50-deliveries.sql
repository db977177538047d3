CREATE SCHEMA IF NOT EXISTS duet AUTHORIZATION duet;
CREATE TABLE IF NOT EXISTS duet.outbox (
  id uuid PRIMARY KEY, aggregatetype varchar(255) NOT NULL, aggregateid varchar(255) NOT NULL,
  type varchar(255) NOT NULL, "timestamp" timestamptz NOT NULL, payload text, tracingspancontext varchar(256)
);
ALTER TABLE duet.outbox OWNER TO duet;
GRANT USAGE ON SCHEMA duet TO debezium;
GRANT SELECT ON duet.outbox TO debezium;
CREATE PUBLICATION duet_deliveries FOR TABLE duet.outbox WITH (publish = 'insert');
