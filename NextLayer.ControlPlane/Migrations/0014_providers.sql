-- Provider pipelines: which of a tenant's pipelines were made from the registry's files, and what they brought home.

CREATE TABLE provider_pipelines (
    tenant_id    uuid NOT NULL,
    -- Its id in configs/system/pipelines.yml.
    pipeline_key text NOT NULL CHECK (pipeline_key ~ '^[a-zA-Z0-9_-]{1,50}$'),
    pipeline_id  uuid NOT NULL UNIQUE,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, pipeline_key),
    FOREIGN KEY (tenant_id, pipeline_id) REFERENCES pipelines (tenant_id, id) ON DELETE CASCADE
);

-- One version for each content its file has had, so that a file that is changed back, or that differs between replicas
-- while they are being replaced, leads to the versions there are.
CREATE TABLE provider_versions (
    pipeline_id  uuid NOT NULL REFERENCES provider_pipelines (pipeline_id) ON DELETE CASCADE,
    content_hash bytea NOT NULL,
    version_id   uuid NOT NULL REFERENCES pipeline_versions ON DELETE CASCADE,
    PRIMARY KEY (pipeline_id, content_hash)
);

ALTER TABLE pipeline_runs ADD COLUMN rows_processed bigint;

-- Rows on their way: a step sends page after page, and only its last call puts them in the place of the old ones.
CREATE TABLE cost_pages (
    run_id      uuid NOT NULL,
    lease_epoch integer NOT NULL,
    step_id     text NOT NULL,
    attempt     integer NOT NULL,
    page        integer NOT NULL CHECK (page > 0),
    row_count   integer NOT NULL,
    rows        jsonb NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (run_id, lease_epoch, step_id, attempt, page)
);

CREATE INDEX cost_pages_age ON cost_pages (created_at);

-- Where the rows of a pipeline's day came from. Its row is the lock of their replacement.
CREATE TABLE cost_loads (
    tenant_id   uuid NOT NULL,
    pipeline_id uuid NOT NULL,
    usage_date  date NOT NULL,
    provider    text NOT NULL CHECK (char_length(provider) BETWEEN 1 AND 50),
    run_id      uuid NOT NULL,
    lease_epoch integer NOT NULL,
    step_id     text NOT NULL,
    attempt     integer NOT NULL,
    row_count   integer NOT NULL,
    loaded_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, pipeline_id, usage_date),
    FOREIGN KEY (tenant_id, pipeline_id) REFERENCES pipelines (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE cost_records (
    tenant_id    uuid NOT NULL,
    pipeline_id  uuid NOT NULL,
    usage_date   date NOT NULL,
    row_no       integer NOT NULL,
    provider     text NOT NULL,
    service      text NOT NULL,
    sku_or_model text,
    quantity     numeric(28, 9),
    unit         text,
    cost         numeric(28, 12) NOT NULL,
    currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    raw          jsonb NOT NULL,
    PRIMARY KEY (tenant_id, pipeline_id, usage_date, row_no),
    FOREIGN KEY (tenant_id, pipeline_id, usage_date) REFERENCES cost_loads ON DELETE CASCADE
);

CREATE INDEX cost_records_day ON cost_records (tenant_id, usage_date, provider);
