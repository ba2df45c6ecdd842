-- A test of a draft runs a copy of it: a version of its own that never changes and that nobody can approve.

ALTER TABLE pipeline_versions
    -- The draft it was copied from, which may have been deleted since; null for all others.
    ADD COLUMN test_of uuid,
    -- Not DRAFT, since it cannot be changed; not APPROVED, since nothing but a test may run it.
    ADD CHECK (test_of IS NULL OR status = 'DEPRECATED');

-- A copy keeps label and number of its draft; among all others they stay unique.
CREATE UNIQUE INDEX pipeline_versions_label ON pipeline_versions (pipeline_id, version) WHERE test_of IS NULL;
CREATE UNIQUE INDEX pipeline_versions_number ON pipeline_versions (pipeline_id, version_number) WHERE test_of IS NULL;
ALTER TABLE pipeline_versions
    DROP CONSTRAINT pipeline_versions_pipeline_id_version_key,
    DROP CONSTRAINT pipeline_versions_pipeline_id_version_number_key;
CREATE INDEX pipeline_versions_pipeline ON pipeline_versions (pipeline_id);
CREATE INDEX pipeline_versions_tests ON pipeline_versions (test_of) WHERE test_of IS NOT NULL;
