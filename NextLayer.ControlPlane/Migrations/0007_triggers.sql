-- What makes runs by itself: schedules and webhooks.

CREATE TABLE schedules (
    id           uuid PRIMARY KEY,
    tenant_id    uuid NOT NULL,
    pipeline_id  uuid NOT NULL,
    -- The version it was made with. What starts is the pipeline's current one, so this may be gone.
    workflow_id  uuid NOT NULL,
    name         text CHECK (char_length(name) BETWEEN 1 AND 200),
    cron         text NOT NULL CHECK (char_length(cron) <= 256),
    timezone     text NOT NULL,
    input        json NOT NULL,
    enabled      boolean NOT NULL,
    catch_up     text NOT NULL CHECK (catch_up IN ('none', 'last', 'all')),
    overlap      text NOT NULL CHECK (overlap IN ('allow', 'skip')),
    -- The first planned time that has not been dealt with; null while disabled.
    next_fire_at timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, pipeline_id) REFERENCES pipelines (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT only_enabled_fires CHECK (enabled OR next_fire_at IS NULL)
) WITH (fillfactor = 80);

CREATE INDEX schedules_due ON schedules (next_fire_at, id) WHERE next_fire_at IS NOT NULL;
CREATE INDEX schedules_tenant ON schedules (tenant_id, id);
-- What a POST without an id means: the schedule of this name, or of these times.
CREATE UNIQUE INDEX schedules_name ON schedules (pipeline_id, name) WHERE name IS NOT NULL;
CREATE UNIQUE INDEX schedules_unnamed ON schedules (pipeline_id, cron, timezone) WHERE name IS NULL;

-- What became of each planned time. The key is what makes one run of it, however many control planes see it due.
CREATE TABLE schedule_fires (
    schedule_id uuid NOT NULL REFERENCES schedules ON DELETE CASCADE,
    planned_at  timestamptz NOT NULL,
    fired_at    timestamptz NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('started', 'skipped', 'missed', 'failed')),
    run_id      uuid,
    reason      text,
    -- Planned times that a row of outcome 'missed' stands for, planned_at being the last of them.
    missed      integer CHECK (missed > 0),
    PRIMARY KEY (schedule_id, planned_at),
    CONSTRAINT started_has_run CHECK ((outcome = 'started') = (run_id IS NOT NULL)),
    CONSTRAINT others_have_reason CHECK ((outcome = 'started') = (reason IS NULL)),
    CONSTRAINT missed_has_number CHECK ((outcome = 'missed') = (missed IS NOT NULL))
);

-- Which trigger made a run: a schedule by its id, a webhook by its pipeline's. Stays when the trigger goes.
CREATE TABLE run_triggers (
    run_id     uuid PRIMARY KEY,
    trigger_id uuid NOT NULL,
    planned_at timestamptz
);

CREATE INDEX run_triggers_trigger ON run_triggers (trigger_id, run_id);

-- A pipeline without a row has a webhook all the same: enabled, and signed by nobody.
CREATE TABLE webhooks (
    pipeline_id       uuid PRIMARY KEY,
    tenant_id         uuid NOT NULL,
    enabled           boolean NOT NULL,
    require_signature boolean NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, pipeline_id) REFERENCES pipelines (tenant_id, id) ON DELETE CASCADE
);

-- Several are valid at once while a new one is handed out.
CREATE TABLE webhook_secrets (
    id          uuid PRIMARY KEY,
    pipeline_id uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    -- Encrypted by Platform/Secrets; a hash would not do, since the sender's HMAC is made anew from it.
    sealed      bytea NOT NULL,
    hint        text NOT NULL CHECK (char_length(hint) <= 20),
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz
);

CREATE INDEX webhook_secrets_webhook ON webhook_secrets (pipeline_id, id);

-- The newest calls, without their bodies; older ones are deleted as new ones come (Features/Triggers/Webhooks/DeliveryLog.cs).
CREATE TABLE webhook_deliveries (
    id             uuid PRIMARY KEY,
    pipeline_id    uuid NOT NULL REFERENCES pipelines ON DELETE CASCADE,
    received_at    timestamptz NOT NULL,
    verdict        text NOT NULL CHECK (verdict IN ('accepted', 'duplicate', 'bad_signature', 'invalid_input', 'disabled', 'not_published')),
    run_id         uuid,
    message_id     text CHECK (char_length(message_id) <= 255),
    remote_address text,
    detail         text,
    -- Calls like this one, just before it, that were only counted.
    unrecorded     integer NOT NULL DEFAULT 0
);

CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (pipeline_id, (verdict = 'accepted'), id);

-- Key ring of ASP.NET Data Protection: what every replica seals secrets with.
CREATE TABLE secret_keys (
    name       text PRIMARY KEY,
    xml        text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
