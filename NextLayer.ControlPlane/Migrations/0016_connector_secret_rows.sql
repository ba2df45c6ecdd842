-- As in 0012: whoever serves one tenant's call sees, sets and removes its connectors' sealed secrets alone.

GRANT SELECT, INSERT, UPDATE, DELETE ON connector_secrets TO nextlayer_tenant;
ALTER TABLE connector_secrets ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON connector_secrets TO nextlayer_tenant USING ((SELECT caller_tenants()) @> ARRAY[tenant_id]);
