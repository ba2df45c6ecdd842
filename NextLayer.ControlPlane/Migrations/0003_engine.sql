-- Whether work is given out: one row for the whole system.
CREATE TABLE pipeline_state (
    id         integer PRIMARY KEY CHECK (id = 1),
    state      text NOT NULL CHECK (state IN ('stopped', 'running', 'paused')),
    pid        integer,
    run_id     uuid,
    started_at timestamptz,
    paused_at  timestamptz,
    resumed_at timestamptz,
    stopped_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO pipeline_state (id, state) VALUES (1, 'stopped') ON CONFLICT DO NOTHING;
