-- Who may do what: members of tenants, machines' keys, and the log of what they did.

CREATE TABLE api_keys (
    id             uuid PRIMARY KEY,
    -- The public part of the credential. The secret itself is 256 random bits, so that a plain hash is enough.
    key_id         text NOT NULL UNIQUE CHECK (key_id ~ '^[a-z0-9]{12,32}$'),
    secret_hash    bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
    tenant_id      uuid REFERENCES tenants ON DELETE CASCADE,
    name           text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    scopes         text[],
    created_at     timestamptz NOT NULL DEFAULT now(),
    created_by     text NOT NULL,
    expires_at     timestamptz,
    revoked_at     timestamptz,
    last_used_at   timestamptz,
    last_used_from text,
    updated_at     timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX api_keys_tenant ON api_keys (tenant_id, id);

-- A row without a tenant is a role in every tenant and for the installation itself.
CREATE TABLE memberships (
    id         uuid PRIMARY KEY,
    tenant_id  uuid REFERENCES tenants ON DELETE CASCADE,
    kind       text NOT NULL CHECK (kind IN ('user', 'api_key')),
    subject    text NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 255),
    role       text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin', 'worker')),
    name       text CHECK (char_length(name) <= 200),
    email      text CHECK (char_length(email) <= 320),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (kind, subject, tenant_id)
);

CREATE UNIQUE INDEX memberships_platform ON memberships (kind, subject) WHERE tenant_id IS NULL;

CREATE INDEX memberships_tenant ON memberships (tenant_id, id);

CREATE TRIGGER touch_api_keys BEFORE UPDATE ON api_keys FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER touch_memberships BEFORE UPDATE ON memberships FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- No foreign keys: what is deleted stays in the log.
CREATE TABLE audit_log (
    id          uuid PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT now(),
    tenant_id   uuid,
    actor_kind  text NOT NULL CHECK (actor_kind IN ('user', 'api_key', 'development')),
    actor       text NOT NULL,
    actor_name  text,
    action      text NOT NULL,
    object_type text NOT NULL,
    object_id   text,
    address     text,
    outcome     text CHECK (outcome IN ('succeeded', 'refused', 'failed')),
    detail      jsonb NOT NULL DEFAULT '{}'
);

CREATE INDEX audit_log_tenant ON audit_log (tenant_id, id DESC);
CREATE INDEX audit_log_actor ON audit_log (actor, id DESC);
CREATE INDEX audit_log_object ON audit_log (object_id, id DESC) WHERE object_id IS NOT NULL;

-- Written before the call and completed once after it; nothing else about it ever changes.
CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.outcome IS NULL AND NEW.outcome IS NOT NULL
       AND (NEW.id, NEW.at, NEW.actor_kind, NEW.actor, NEW.action, NEW.object_type)
           IS NOT DISTINCT FROM (OLD.id, OLD.at, OLD.actor_kind, OLD.actor, OLD.action, OLD.object_type)
       AND NEW.address IS NOT DISTINCT FROM OLD.address
       AND (OLD.tenant_id IS NULL OR NEW.tenant_id = OLD.tenant_id)
       AND (OLD.object_id IS NULL OR NEW.object_id = OLD.object_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION audit_log_is_append_only();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();
