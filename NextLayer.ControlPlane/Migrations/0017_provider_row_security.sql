-- Tenants' calls read what is theirs of usage and costs, as of the other tables (migration 0012).
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['tenant_usage', 'provider_pipelines', 'cost_loads', 'cost_records'] LOOP
        EXECUTE format('GRANT SELECT ON %I TO nextlayer_tenant', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY own_tenant ON %I TO nextlayer_tenant USING ((SELECT caller_tenants()) @> ARRAY[tenant_id])', name);
    END LOOP;
END $$;

-- Whoever may change the limit need not be able to write the count.
ALTER FUNCTION forget_usage() SECURITY DEFINER;
ALTER FUNCTION forget_usage() SET search_path FROM CURRENT;
