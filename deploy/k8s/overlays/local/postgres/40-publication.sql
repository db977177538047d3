CREATE PUBLICATION dbz_pub FOR TABLE public.fund_metadata, public.fund_unit;
