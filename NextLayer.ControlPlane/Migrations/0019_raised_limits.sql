-- A day is opened with what was made before, counted as far as the limit of that moment reaches: a higher one has to look again.
CREATE OR REPLACE TRIGGER forget_usage AFTER UPDATE OF daily_run_limit ON tenants FOR EACH ROW
    WHEN ((OLD.daily_run_limit IS NULL) <> (NEW.daily_run_limit IS NULL) OR NEW.daily_run_limit > OLD.daily_run_limit)
    EXECUTE FUNCTION forget_usage();
