-- Runs that tenants with a daily limit have made, by UTC day. The row is the lock that everybody who makes runs for the
-- tenant goes through. Tenants without a limit have none: what they made is counted from their runs when somebody asks.
CREATE TABLE tenant_usage (
    tenant_id uuid NOT NULL REFERENCES tenants ON DELETE CASCADE,
    day       date NOT NULL,
    runs      integer NOT NULL CHECK (runs >= 0),
    PRIMARY KEY (tenant_id, day)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- Asked with every run that is made: nearly empty where hardly anybody has a limit.
CREATE INDEX tenants_limited ON tenants (id) WHERE daily_run_limit IS NOT NULL;

-- Least id that a run made at this time or later can have: a UUIDv7 begins with its time in milliseconds.
CREATE FUNCTION run_id_at(timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM $1) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
$$;

-- What a tenant makes while it has no limit is not counted here, so a count from before cannot be gone on with.
CREATE FUNCTION forget_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM tenant_usage WHERE tenant_id = NEW.id AND day >= (now() AT TIME ZONE 'UTC')::date;
    RETURN NULL;
END $$;

CREATE TRIGGER forget_usage AFTER UPDATE OF daily_run_limit ON tenants FOR EACH ROW
    WHEN ((OLD.daily_run_limit IS NULL) <> (NEW.daily_run_limit IS NULL))
    EXECUTE FUNCTION forget_usage();

-- A planned time that met a spent quota, and a webhook's call that did.
ALTER TABLE schedule_fires DROP CONSTRAINT schedule_fires_outcome_check;
ALTER TABLE schedule_fires ADD CONSTRAINT schedule_fires_outcome_check
    CHECK (outcome IN ('started', 'skipped', 'missed', 'failed', 'refused')) NOT VALID;
ALTER TABLE schedule_fires VALIDATE CONSTRAINT schedule_fires_outcome_check;
ALTER TABLE webhook_deliveries DROP CONSTRAINT webhook_deliveries_verdict_check;
ALTER TABLE webhook_deliveries ADD CONSTRAINT webhook_deliveries_verdict_check
    CHECK (verdict IN ('accepted', 'duplicate', 'bad_signature', 'invalid_input', 'disabled', 'not_published', 'quota_exceeded')) NOT VALID;
ALTER TABLE webhook_deliveries VALIDATE CONSTRAINT webhook_deliveries_verdict_check;
