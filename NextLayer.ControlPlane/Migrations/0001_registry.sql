-- Who uses the system and what they may run. Small tables, read often, changed by people.

CREATE TABLE tenants (
    id              uuid PRIMARY KEY,
    name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    slug            text NOT NULL UNIQUE CHECK (slug ~ '^[a-zA-Z0-9_]{3,50}$'),
    billing_status  text NOT NULL DEFAULT 'trialing'
                    CHECK (billing_status IN ('active', 'trialing', 'past_due', 'canceled', 'incomplete', 'paused')),
    daily_run_limit integer CHECK (daily_run_limit >= 0),
    timezone        text NOT NULL DEFAULT 'UTC',
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);

-- The Workflow API names no tenant; without authentication it acts in this one.
INSERT INTO tenants (id, name, slug) VALUES ('00000000-0000-7000-8000-000000000001', 'Default', 'default');

CREATE TABLE facilities (
    id            uuid PRIMARY KEY,
    tenant_id     uuid NOT NULL REFERENCES tenants,
    name          text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    facility_type text NOT NULL DEFAULT 'STORE' CHECK (char_length(facility_type) BETWEEN 1 AND 50),
    timezone      text NOT NULL DEFAULT 'America/New_York',
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, id)
);

CREATE TABLE connector_instances (
    id             uuid PRIMARY KEY,
    tenant_id      uuid NOT NULL REFERENCES tenants,
    facility_id    uuid,
    connector_type text NOT NULL CHECK (char_length(connector_type) BETWEEN 1 AND 100),
    status         text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'NEEDS_REAUTH', 'DISABLED')),
    config         json NOT NULL DEFAULT '{}',
    secrets_ref    text CHECK (char_length(secrets_ref) <= 500),
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    -- MATCH SIMPLE: without a facility nothing is checked, with one it must be the same tenant's.
    FOREIGN KEY (tenant_id, facility_id) REFERENCES facilities (tenant_id, id)
);

CREATE INDEX connector_instances_tenant ON connector_instances (tenant_id, id);

CREATE TABLE pipelines (
    id          uuid PRIMARY KEY,
    tenant_id   uuid NOT NULL REFERENCES tenants,
    name        text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    description text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, id)
);

-- json, not jsonb: a definition comes back as it was posted, keys in their order and numbers as written.
CREATE TABLE pipeline_versions (
    id             uuid PRIMARY KEY,
    tenant_id      uuid NOT NULL REFERENCES tenants,
    pipeline_id    uuid NOT NULL,
    version        text NOT NULL CHECK (char_length(version) BETWEEN 1 AND 100),
    version_number integer NOT NULL CHECK (version_number > 0),
    status         text NOT NULL DEFAULT 'DRAFT' CHECK (status IN ('DRAFT', 'APPROVED', 'DEPRECATED')),
    definition     json NOT NULL,
    input_schema   json,
    -- Set at the first approval and never cleared: from then on definition and input_schema cannot change,
    -- whatever the status, which is what lets every process cache them for ever.
    frozen_at      timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, pipeline_id) REFERENCES pipelines (tenant_id, id),
    UNIQUE (pipeline_id, version),
    UNIQUE (pipeline_id, version_number),
    -- Lets a run point at its version, pipeline and tenant in one key, so that the three cannot disagree.
    UNIQUE (id, pipeline_id, tenant_id),
    CHECK (status = 'DRAFT' OR frozen_at IS NOT NULL)
);

CREATE FUNCTION refuse_frozen_definition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'version % was approved once; its definition cannot change', OLD.id USING ERRCODE = 'NL001';
END $$;

CREATE TRIGGER frozen_definition BEFORE UPDATE ON pipeline_versions FOR EACH ROW
    WHEN (OLD.frozen_at IS NOT NULL AND (NEW.frozen_at IS NULL
          OR OLD.definition::text IS DISTINCT FROM NEW.definition::text
          OR OLD.input_schema::text IS DISTINCT FROM NEW.input_schema::text))
    EXECUTE FUNCTION refuse_frozen_definition();

CREATE INDEX pipeline_versions_tenant ON pipeline_versions (tenant_id, id);

-- First answers of creating calls that named an idempotency key.
CREATE TABLE idempotency_keys (
    scope        text NOT NULL,
    key          text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
    request_hash bytea NOT NULL,
    status       integer NOT NULL,
    location     text,
    body         bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, key)
);

CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
