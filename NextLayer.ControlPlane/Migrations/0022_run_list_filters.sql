-- Lists of one worker's runs. A run is entered when it leaves its worker, so that one more entry is written a run and none at
-- a claim; the few that are running are found by their status. The version is carried along, so that one pipeline's runs are
-- picked out without reading the table.
CREATE INDEX pipeline_runs_worker ON pipeline_runs (claimed_by, tenant_id, status, id) INCLUDE (pipeline_version_id)
    WHERE claimed_by IS NOT NULL AND status <> 'RUNNING' AND parent_run_id IS NULL;

-- Lists of the runs that took longer than something, newest first: walks down those that took at least the next shorter of
-- these. Runs of less than a second, of which there are many, are in none and pay nothing. One index with the length in its
-- key would not do: to row security a subtraction may leak, and it is not asked of an index before the tenant is.
CREATE INDEX pipeline_runs_took_1s ON pipeline_runs (tenant_id, id) INCLUDE (pipeline_version_id, status, started_at, finished_at)
    WHERE finished_at - started_at >= '1s'::interval AND parent_run_id IS NULL;
CREATE INDEX pipeline_runs_took_10s ON pipeline_runs (tenant_id, id) INCLUDE (pipeline_version_id, status, started_at, finished_at)
    WHERE finished_at - started_at >= '10s'::interval AND parent_run_id IS NULL;
CREATE INDEX pipeline_runs_took_1m ON pipeline_runs (tenant_id, id) INCLUDE (pipeline_version_id, status, started_at, finished_at)
    WHERE finished_at - started_at >= '1m'::interval AND parent_run_id IS NULL;
CREATE INDEX pipeline_runs_took_10m ON pipeline_runs (tenant_id, id) INCLUDE (pipeline_version_id, status, started_at, finished_at)
    WHERE finished_at - started_at >= '10m'::interval AND parent_run_id IS NULL;
CREATE INDEX pipeline_runs_took_1h ON pipeline_runs (tenant_id, id) INCLUDE (pipeline_version_id, status, started_at, finished_at)
    WHERE finished_at - started_at >= '1h'::interval AND parent_run_id IS NULL;
