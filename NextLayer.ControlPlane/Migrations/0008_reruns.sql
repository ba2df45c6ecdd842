-- The run whose input a rerun took over. No foreign key: retention may remove the first run and keep the second.
ALTER TABLE pipeline_runs ADD COLUMN rerun_of uuid;

CREATE INDEX pipeline_runs_rerun_of ON pipeline_runs (rerun_of, id) WHERE rerun_of IS NOT NULL;
