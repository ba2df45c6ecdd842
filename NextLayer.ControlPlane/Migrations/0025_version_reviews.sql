-- Who brought a version into its status, when, and what they had to say of it. Null for changes made before.
ALTER TABLE pipeline_versions
    ADD COLUMN status_by   text,
    ADD COLUMN status_at   timestamptz,
    ADD COLUMN status_note text CHECK (char_length(status_note) BETWEEN 1 AND 1000);
