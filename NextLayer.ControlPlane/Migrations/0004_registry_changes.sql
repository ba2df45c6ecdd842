-- updated_at by the database's clock, whoever writes.
CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END $$;

CREATE TRIGGER touch_tenants BEFORE UPDATE ON tenants FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER touch_facilities BEFORE UPDATE ON facilities FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER touch_connector_instances BEFORE UPDATE ON connector_instances FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER touch_pipelines BEFORE UPDATE ON pipelines FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER touch_pipeline_versions BEFORE UPDATE ON pipeline_versions FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
