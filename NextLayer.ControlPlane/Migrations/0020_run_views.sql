-- Filters of the runs list under a name, a tenant's own.

CREATE TABLE run_views (
    tenant_id uuid NOT NULL REFERENCES tenants ON DELETE CASCADE,
    name      text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
    search    text NOT NULL CHECK (char_length(search) BETWEEN 1 AND 2000),
    saved_by  text NOT NULL,
    saved_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, name)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON run_views TO nextlayer_tenant;
ALTER TABLE run_views ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON run_views TO nextlayer_tenant USING ((SELECT caller_tenants()) @> ARRAY[tenant_id]);
