-- How far a for-each is, is shown to the tenant whose run it is.
GRANT SELECT ON child_groups TO nextlayer_tenant;
ALTER TABLE child_groups ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON child_groups TO nextlayer_tenant USING ((SELECT caller_tenants()) @> ARRAY[tenant_id]);
