GRANT USAGE ON SCHEMA public TO debezium, demo;
GRANT SELECT ON public.fund_metadata, public.fund_unit TO debezium;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON public.fund_metadata, public.fund_unit TO demo;
GRANT USAGE, SELECT ON SEQUENCE public.fund_metadata_fund_id_seq, public.fund_unit_unit_id_seq TO demo;
GRANT CREATE ON DATABASE finance TO duet;
