-- What operators do by hand: drain workers, deliver a webhook's call again, make up for times of a schedule.

-- Set while the worker is to be given no new runs. Its process comes and goes without touching it.
ALTER TABLE workers ADD COLUMN drain_requested_at timestamptz;

-- Calls of webhooks that are delivered once more. What an accepted call brought is its run's input; of a refused one the
-- body is kept here, where its signature was good and nothing but the workflow or a limit stood in its way.
ALTER TABLE webhook_deliveries ADD COLUMN redelivery_of uuid;
ALTER TABLE webhook_deliveries ADD COLUMN body text CHECK (octet_length(body) <= 65536);

-- The planned time that a run was made for: what its templates read as run.planned_at. Null where nothing planned it.
ALTER TABLE pipeline_runs ADD COLUMN planned_at timestamptz;

-- Which planned times of a schedule have a run. Rows of schedule_fires are trimmed; these stay.
CREATE INDEX run_triggers_planned ON run_triggers (trigger_id, planned_at) WHERE planned_at IS NOT NULL;

-- A planned time that somebody had made up for. Its reason is what had become of it before; null for nothing.
ALTER TABLE schedule_fires DROP CONSTRAINT schedule_fires_outcome_check;
ALTER TABLE schedule_fires DROP CONSTRAINT started_has_run;
ALTER TABLE schedule_fires DROP CONSTRAINT others_have_reason;
ALTER TABLE schedule_fires ADD CONSTRAINT schedule_fires_outcome_check
    CHECK (outcome IN ('started', 'skipped', 'missed', 'failed', 'refused', 'backfilled')) NOT VALID;
ALTER TABLE schedule_fires ADD CONSTRAINT made_has_run CHECK ((outcome IN ('started', 'backfilled')) = (run_id IS NOT NULL)) NOT VALID;
ALTER TABLE schedule_fires ADD CONSTRAINT others_have_reason
    CHECK (CASE outcome WHEN 'started' THEN reason IS NULL WHEN 'backfilled' THEN true ELSE reason IS NOT NULL END) NOT VALID;
ALTER TABLE schedule_fires VALIDATE CONSTRAINT schedule_fires_outcome_check;
ALTER TABLE schedule_fires VALIDATE CONSTRAINT made_has_run;
ALTER TABLE schedule_fires VALIDATE CONSTRAINT others_have_reason;
