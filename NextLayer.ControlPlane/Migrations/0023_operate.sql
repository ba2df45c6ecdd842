-- What operators do by hand: drain workers.

-- Set while the worker is to be given no new runs. Its process comes and goes without touching it.
ALTER TABLE workers ADD COLUMN drain_requested_at timestamptz;
