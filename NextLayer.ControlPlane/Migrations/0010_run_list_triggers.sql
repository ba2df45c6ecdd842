-- Lists of one trigger type are walks within a status, like all the others: with only the type in the key, the few
-- running ones among a million scheduled runs were found by looking at each. The tenant is only carried along, so that a
-- tenant's runs are picked out without reading the table. Runs that are made by hand or by API pay nothing, as before.
CREATE INDEX pipeline_runs_trigger_status ON pipeline_runs (trigger_type, status, id) INCLUDE (tenant_id)
    WHERE trigger_type NOT IN ('manual', 'api');
DROP INDEX pipeline_runs_trigger;
