-- Every list of runs is newest first within a status, within a tenant and status, or within a version and status.
-- With the status in the key each of them is an exact walk down an index, however the statuses are distributed: of a
-- million queued runs the hundred finished ones are found at once. A status change is no HOT update anyway, so this
-- costs one more index entry a change than the four partial indexes it replaces.
DROP INDEX pipeline_runs_running;
DROP INDEX pipeline_runs_paused;
DROP INDEX pipeline_runs_failed;
DROP INDEX pipeline_runs_cancelled;
DROP INDEX pipeline_runs_tenant;
DROP INDEX pipeline_runs_version;

CREATE INDEX pipeline_runs_status ON pipeline_runs (status, id);
CREATE INDEX pipeline_runs_tenant_status ON pipeline_runs (tenant_id, status, id);
CREATE INDEX pipeline_runs_version_status ON pipeline_runs (pipeline_version_id, status, id);
-- Runs of a seldom trigger type among a million others; the usual types are found without, and need not pay.
CREATE INDEX pipeline_runs_trigger ON pipeline_runs (trigger_type, id) WHERE trigger_type NOT IN ('manual', 'api');
