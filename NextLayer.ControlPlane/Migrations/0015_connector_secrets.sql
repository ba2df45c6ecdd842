-- What connectors sign in with. Only what Platform/Secrets sealed is stored, each value for its connector and name alone.

ALTER TABLE connector_instances ADD CONSTRAINT connector_instances_of_tenant UNIQUE (tenant_id, id);

CREATE TABLE connector_secrets (
    connector_id    uuid NOT NULL,
    tenant_id       uuid NOT NULL,
    name            text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{0,62}$'),
    sealed          bytea NOT NULL,
    -- The value before the last rotation, while the other side may still go by it.
    previous_sealed bytea,
    previous_until  timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (connector_id, name),
    FOREIGN KEY (tenant_id, connector_id) REFERENCES connector_instances (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT previous_ends CHECK ((previous_sealed IS NULL) = (previous_until IS NULL))
);

-- {ok, message, duration_ms, checked_at} of the last test of the connection.
ALTER TABLE connector_instances ADD COLUMN last_test json;
