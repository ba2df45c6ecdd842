-- Runs and their history: the hot tables.

CREATE TABLE pipeline_runs (
    id                  uuid PRIMARY KEY,
    tenant_id           uuid NOT NULL,
    pipeline_id         uuid NOT NULL,
    pipeline_version_id uuid NOT NULL,
    status              text NOT NULL CHECK (status IN ('QUEUED', 'RUNNING', 'PAUSED', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    trigger_type        text NOT NULL DEFAULT 'manual' CHECK (char_length(trigger_type) BETWEEN 1 AND 50),
    priority            smallint NOT NULL DEFAULT 0 CHECK (priority BETWEEN -100 AND 100),
    generation          integer NOT NULL DEFAULT 1 CHECK (generation > 0),
    run_after           timestamptz NOT NULL,

    wait_reason         text CHECK (wait_reason IN ('approval', 'event', 'timer', 'children', 'manual')),
    wake_at             timestamptz,

    lease_epoch         integer NOT NULL DEFAULT 0,
    lease_token         uuid,
    lease_seconds       integer,
    lease_expires_at    timestamptz,
    lease_losses        smallint NOT NULL DEFAULT 0,
    -- Token of the newest lease that its holder ended, so that a repeat of the last report can be told from a stranger's.
    last_lease_token    uuid,
    -- Highest report number applied under the current or newest lease.
    last_report_seq     integer NOT NULL DEFAULT 0,
    cancel_requested    boolean NOT NULL DEFAULT false,

    last_event_seq      integer NOT NULL DEFAULT 0,
    last_log_line       integer NOT NULL DEFAULT 0,
    -- Step transitions recorded so far. 0 lets claim and report skip reading the step tables.
    steps_recorded      integer NOT NULL DEFAULT 0,
    traceparent         text CHECK (char_length(traceparent) = 55),

    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    started_at          timestamptz,
    claimed_at          timestamptz,
    claimed_by          text,
    heartbeat_at        timestamptz,
    finished_at         timestamptz,
    error_message       text,

    FOREIGN KEY (pipeline_version_id, pipeline_id, tenant_id) REFERENCES pipeline_versions (id, pipeline_id, tenant_id),
    CONSTRAINT running_has_lease CHECK ((status = 'RUNNING') = (lease_token IS NOT NULL)),
    CONSTRAINT lease_is_whole CHECK ((lease_token IS NULL) = (lease_expires_at IS NULL)
                                     AND (lease_token IS NULL) = (lease_seconds IS NULL)),
    CONSTRAINT terminal_has_end CHECK ((status IN ('SUCCEEDED', 'FAILED', 'CANCELLED')) = (finished_at IS NOT NULL)),
    CONSTRAINT paused_has_reason CHECK ((status = 'PAUSED') = (wait_reason IS NOT NULL)),
    CONSTRAINT only_paused_wakes CHECK (wake_at IS NULL OR status = 'PAUSED'),
    CONSTRAINT failed_has_message CHECK (status <> 'FAILED' OR error_message IS NOT NULL)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000,
        autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);

-- No index holds a lease or heartbeat column: renewing a lease stays a HOT update.
CREATE INDEX pipeline_runs_queue ON pipeline_runs (priority DESC, run_after, id) WHERE status = 'QUEUED';
CREATE INDEX pipeline_runs_tenant_queue ON pipeline_runs (tenant_id, priority DESC, run_after, id) WHERE status = 'QUEUED';
CREATE INDEX pipeline_runs_running ON pipeline_runs (id) WHERE status = 'RUNNING';
CREATE INDEX pipeline_runs_waking ON pipeline_runs (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX pipeline_runs_paused ON pipeline_runs (id) WHERE status = 'PAUSED';
CREATE INDEX pipeline_runs_failed ON pipeline_runs (id) WHERE status = 'FAILED';
CREATE INDEX pipeline_runs_cancelled ON pipeline_runs (id) WHERE status = 'CANCELLED';
-- Lists are newest first by id (UUIDv7); SUCCEEDED, the common end, is found by walking the primary key.
CREATE INDEX pipeline_runs_tenant ON pipeline_runs (tenant_id, id);
CREATE INDEX pipeline_runs_version ON pipeline_runs (pipeline_version_id, id);

-- Kept apart so that the hot row stays narrow; absent when the run has no parameters.
CREATE TABLE run_inputs (
    run_id     uuid PRIMARY KEY,
    parameters json NOT NULL
);

-- Attempts in progress: at most one a step. Rows leave for step_runs when the attempt ends.
CREATE TABLE open_steps (
    run_id      uuid NOT NULL,
    step_id     text NOT NULL,
    generation  integer NOT NULL,
    attempt     integer NOT NULL CHECK (attempt > 0),
    step_type   text NOT NULL,
    status      text NOT NULL CHECK (status IN ('running', 'waiting')),
    worker_id   text,
    wait_reason text CHECK (wait_reason IN ('approval', 'event', 'timer', 'children', 'manual')),
    wake_at     timestamptz,
    started_at  timestamptz NOT NULL,
    PRIMARY KEY (run_id, step_id),
    CONSTRAINT waiting_has_reason CHECK ((status = 'waiting') = (wait_reason IS NOT NULL))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0);

-- History, append-only. Partitioned by month through the time in the run's UUIDv7: retention drops partitions,
-- and no time column has to join the keys. The control plane makes partitions ahead (Platform/Database/Partitions.cs).
CREATE TABLE step_runs (
    run_id      uuid NOT NULL,
    generation  integer NOT NULL,
    step_id     text NOT NULL,
    attempt     integer NOT NULL,
    step_type   text NOT NULL,
    status      text NOT NULL CHECK (status IN ('completed', 'failed', 'skipped', 'cancelled', 'abandoned')),
    port        text,
    worker_id   text,
    output      json,
    error       json,
    retry_at    timestamptz,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    PRIMARY KEY (run_id, generation, step_id, attempt),
    CONSTRAINT failed_has_error CHECK (status <> 'failed' OR error IS NOT NULL),
    CONSTRAINT only_failed_retries CHECK (retry_at IS NULL OR status = 'failed')
) PARTITION BY RANGE (run_id);

CREATE UNIQUE INDEX step_runs_completed_once ON step_runs (run_id, generation, step_id) WHERE status = 'completed';

CREATE TABLE run_events (
    run_id     uuid NOT NULL,
    seq        integer NOT NULL CHECK (seq > 0),
    type       text NOT NULL,
    generation integer NOT NULL,
    step_id    text,
    payload    json NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (run_id, seq)
) PARTITION BY RANGE (run_id);

CREATE UNIQUE INDEX run_events_one_end ON run_events (run_id, generation)
    WHERE type IN ('run.completed', 'run.failed', 'run.cancelled');

CREATE TABLE run_logs (
    run_id  uuid NOT NULL,
    line    integer NOT NULL CHECK (line > 0),
    ts      timestamptz NOT NULL,
    level   text NOT NULL CHECK (level IN ('debug', 'info', 'warning', 'error')),
    message text NOT NULL,
    source  text,
    step_id text,
    attempt integer,
    meta    json,
    PRIMARY KEY (run_id, line)
) PARTITION BY RANGE (run_id);

-- What a claim gave out, so that its repeat gives the same.
CREATE TABLE claim_requests (
    request_id uuid PRIMARY KEY,
    worker_id  text NOT NULL,
    run_ids    uuid[] NOT NULL DEFAULT '{}',
    tokens     uuid[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

CREATE TABLE workers (
    worker_id         text PRIMARY KEY CHECK (char_length(worker_id) BETWEEN 1 AND 200),
    tenant_id         uuid,
    slots             integer NOT NULL CHECK (slots >= 0),
    running_runs      integer NOT NULL DEFAULT 0,
    version           text,
    draining          boolean NOT NULL DEFAULT false,
    first_seen_at     timestamptz NOT NULL DEFAULT now(),
    last_heartbeat_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70);
