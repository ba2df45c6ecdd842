-- What waiting steps wait for, and child runs. Timers need none of it: they are open_steps.wake_at alone.

-- Steps the control plane settled (a decision, an event, the last child) since the present lease began. A worker that
-- holds the run beside the wait hears of them by this number.
ALTER TABLE pipeline_runs ADD COLUMN settled_outside integer NOT NULL DEFAULT 0;

-- Set when the run is first claimed, from its definition's timeout_seconds.
ALTER TABLE pipeline_runs ADD COLUMN deadline_at timestamptz;
CREATE INDEX pipeline_runs_deadline ON pipeline_runs (deadline_at) WHERE deadline_at IS NOT NULL AND finished_at IS NULL;

-- Child runs of a for-each. body_path names the for-each steps whose body the run executes (outer/inner); without it the
-- run executes its whole version.
ALTER TABLE pipeline_runs ADD COLUMN parent_run_id uuid;
ALTER TABLE pipeline_runs ADD COLUMN parent_step_id text;
ALTER TABLE pipeline_runs ADD COLUMN child_index integer;
ALTER TABLE pipeline_runs ADD COLUMN body_path text;
ALTER TABLE pipeline_runs ADD COLUMN depth smallint NOT NULL DEFAULT 0;
ALTER TABLE pipeline_runs ADD CONSTRAINT child_is_whole CHECK (
    (parent_run_id IS NULL) = (parent_step_id IS NULL) AND (parent_run_id IS NULL) = (child_index IS NULL)
    AND (body_path IS NULL OR parent_run_id IS NOT NULL) AND (depth > 0) = (parent_run_id IS NOT NULL));
CREATE UNIQUE INDEX pipeline_runs_child ON pipeline_runs (parent_run_id, parent_step_id, child_index)
    WHERE parent_run_id IS NOT NULL;

-- One row for each time people were asked; kept after the decision.
CREATE TABLE approvals (
    run_id       uuid NOT NULL,
    step_id      text NOT NULL,
    generation   integer NOT NULL,
    attempt      integer NOT NULL,
    tenant_id    uuid NOT NULL,
    status       text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'approved', 'rejected', 'cancelled')),
    request      json NOT NULL,
    escalated    boolean NOT NULL DEFAULT false,
    requested_at timestamptz NOT NULL,
    deadline_at  timestamptz,
    decided_at   timestamptz,
    PRIMARY KEY (run_id, step_id, generation, attempt),
    CONSTRAINT decided_has_time CHECK ((status = 'waiting') = (decided_at IS NULL))
);

CREATE INDEX approvals_tenant_status ON approvals (tenant_id, status, requested_at DESC);
CREATE INDEX approvals_tenant ON approvals (tenant_id, requested_at DESC);

CREATE TABLE approval_decisions (
    run_id     uuid NOT NULL,
    step_id    text NOT NULL,
    generation integer NOT NULL,
    attempt    integer NOT NULL,
    decided_by text NOT NULL CHECK (char_length(decided_by) BETWEEN 1 AND 200),
    approved   boolean NOT NULL,
    comment    text,
    data       json NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run_id, step_id, generation, attempt, decided_by),
    FOREIGN KEY (run_id, step_id, generation, attempt) REFERENCES approvals
);

-- Events from outside, kept a while so that a wait which begins later still finds them.
CREATE TABLE events (
    tenant_id       uuid NOT NULL,
    id              text NOT NULL CHECK (char_length(id) BETWEEN 1 AND 200),
    name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    correlation_key text CHECK (char_length(correlation_key) <= 500),
    payload         json NOT NULL,
    received_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    delivered       boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, id)
);

CREATE INDEX events_name ON events (tenant_id, name, received_at);
CREATE INDEX events_new ON events (received_at) WHERE NOT delivered;
CREATE INDEX events_age ON events (received_at);

-- Steps that wait for an event now. checked: the events before the wait were looked at.
CREATE TABLE event_waits (
    run_id          uuid NOT NULL,
    step_id         text NOT NULL,
    generation      integer NOT NULL,
    attempt         integer NOT NULL,
    tenant_id       uuid NOT NULL,
    name            text NOT NULL,
    correlation_key text,
    wait            json NOT NULL,
    since           timestamptz NOT NULL,
    checked         boolean NOT NULL DEFAULT false,
    PRIMARY KEY (run_id, step_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

CREATE INDEX event_waits_name ON event_waits (tenant_id, name, correlation_key);
CREATE INDEX event_waits_new ON event_waits (run_id) WHERE NOT checked;

-- The for-each of a run. starting and stopping ask the coordinator for work; running waits for children to end.
CREATE TABLE child_groups (
    run_id     uuid NOT NULL,
    step_id    text NOT NULL,
    tenant_id  uuid NOT NULL,
    generation integer NOT NULL,
    attempt    integer NOT NULL,
    state      text NOT NULL CHECK (state IN ('starting', 'running', 'stopping', 'done')),
    -- The version the children run: the parent's own, or the named workflow's once the group has begun.
    version_id uuid,
    wait       json NOT NULL,
    total      integer NOT NULL,
    running    integer NOT NULL DEFAULT 0,
    succeeded  integer NOT NULL DEFAULT 0,
    failed     integer NOT NULL DEFAULT 0,
    PRIMARY KEY (run_id, step_id)
) WITH (fillfactor = 70);

CREATE INDEX child_groups_work ON child_groups (run_id, step_id) WHERE state IN ('starting', 'stopping');

-- One row an item. news: its run has ended and the coordinator has not counted it yet.
CREATE TABLE child_items (
    run_id      uuid NOT NULL,
    step_id     text NOT NULL,
    child_index integer NOT NULL,
    item        json NOT NULL,
    status      text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'running', 'succeeded', 'failed', 'cancelled')),
    news        boolean NOT NULL DEFAULT false,
    child_id    uuid,
    result      json,
    error       text,
    PRIMARY KEY (run_id, step_id, child_index),
    FOREIGN KEY (run_id, step_id) REFERENCES child_groups ON DELETE CASCADE
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

CREATE INDEX child_items_pending ON child_items (run_id, step_id, child_index) WHERE status = 'pending';
CREATE INDEX child_items_news ON child_items (run_id, step_id) WHERE news;
