-- Links by which one person decides about one wait without signing in. The secret is 256 random bits, so that a plain hash is
-- enough; a link that nobody may use any longer stays, so that it can say why.
CREATE TABLE approval_links (
    id           uuid PRIMARY KEY,
    secret_hash  bytea NOT NULL UNIQUE CHECK (octet_length(secret_hash) = 32),
    run_id       uuid NOT NULL,
    step_id      text NOT NULL,
    generation   integer NOT NULL,
    attempt      integer NOT NULL,
    -- As the decision is signed, and everything else by which an approval may name them.
    approver     text NOT NULL CHECK (char_length(approver) BETWEEN 1 AND 400),
    names        text[] NOT NULL,
    groups       text[] NOT NULL,
    -- The person's sub; null for a guest.
    subject      text,
    -- Who made it: the link is worth what they may.
    maker_kind   text NOT NULL CHECK (maker_kind IN ('user', 'api_key', 'development')),
    maker        text NOT NULL,
    -- The maker's name for people; null for a link that somebody made for themselves.
    invited_by   text,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    withdrawn_at timestamptz,
    FOREIGN KEY (run_id, step_id, generation, attempt) REFERENCES approvals ON DELETE CASCADE
);

CREATE INDEX approval_links_wait ON approval_links (run_id, step_id, generation, attempt);

-- One person, one vote, by whatever name: everything that named the voter, in small letters.
ALTER TABLE approval_decisions ADD COLUMN voter_names text[] NOT NULL DEFAULT '{}';
ALTER TABLE approval_decisions ADD COLUMN link_id uuid;
ALTER TABLE approval_decisions ADD COLUMN invited_by text;

-- An e-mail address has up to 320 characters, user: and a sub up to 260.
ALTER TABLE approval_decisions DROP CONSTRAINT approval_decisions_decided_by_check;
ALTER TABLE approval_decisions ADD CONSTRAINT approval_decisions_decided_by_check CHECK (char_length(decided_by) BETWEEN 1 AND 400);
