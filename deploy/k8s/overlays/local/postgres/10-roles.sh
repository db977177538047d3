# Sourced once, on an empty volume, by the image's start script. Debezium gets the replication stream and, by the grants
# that follow, the captured tables; its publication is made by their owner.
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set duet="$DUET_PASSWORD" --set debezium="$DEBEZIUM_PASSWORD" --set demo="$DEMO_PASSWORD" <<'SQL'
CREATE ROLE duet LOGIN PASSWORD :'duet';
CREATE ROLE debezium LOGIN REPLICATION PASSWORD :'debezium';
CREATE ROLE demo LOGIN PASSWORD :'demo';
SQL
