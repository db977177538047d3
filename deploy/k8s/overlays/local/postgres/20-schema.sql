CREATE TABLE IF NOT EXISTS public.fund_metadata (
    fund_id serial PRIMARY KEY,
    fund_name varchar(255) NOT NULL,
    fund_code varchar(10) UNIQUE,
    fund_description text,
    updated_at bigint,
    fund_price decimal(10,2)
);

CREATE TABLE IF NOT EXISTS public.fund_unit (
    unit_id serial PRIMARY KEY,
    fund_id integer REFERENCES public.fund_metadata,
    unit_price decimal(10,2),
    unit_date date
);

-- A few rows, so that the connector's snapshot has something to read.
WITH fund AS (
    INSERT INTO public.fund_metadata (fund_name, fund_code, fund_description, updated_at, fund_price)
    VALUES ('Northern Lights Equity', 'NLEQ', 'Large companies of the Nordic countries', 1735689600000, 104.25),
           ('Züri Obligationen', 'ZHOB', 'Anleihen in Schweizer Franken', 1735689600000, 99.10),
           ('東京グロース', 'TKGR', '日本の成長株', 1735689600000, 1520.00),
           ('Liquidity Reserve', NULL, NULL, NULL, NULL)
    RETURNING fund_id, fund_price
)
INSERT INTO public.fund_unit (fund_id, unit_price, unit_date)
SELECT fund_id, fund_price, date '2025-01-01' + day
FROM fund CROSS JOIN generate_series(0, 1) AS day
WHERE fund_price IS NOT NULL;
