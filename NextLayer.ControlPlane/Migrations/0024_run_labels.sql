-- Labels of runs: on the row to be shown, and one row each to be found by. A run without labels has nothing of either.
-- With an index of its own over the pairs, a list is a walk down it, newest first; an inverted index over the column would
-- give all runs of a label at once, however many, and row security would not let it be asked before the tenant was.

ALTER TABLE pipeline_runs ADD COLUMN labels json;

CREATE TABLE run_labels (
    tenant_id uuid NOT NULL,
    -- key=value; no key has an equals sign.
    label     text NOT NULL,
    run_id    uuid NOT NULL REFERENCES pipeline_runs ON DELETE CASCADE,
    PRIMARY KEY (tenant_id, label, run_id)
);

CREATE INDEX run_labels_run ON run_labels (run_id, label);

GRANT SELECT ON run_labels TO nextlayer_tenant;
ALTER TABLE run_labels ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON run_labels TO nextlayer_tenant USING ((SELECT caller_tenants()) @> ARRAY[tenant_id]);
