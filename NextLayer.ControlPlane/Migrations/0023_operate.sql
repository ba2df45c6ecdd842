-- What operators do by hand: drain workers and deliver a webhook's call again.

-- Set while the worker is to be given no new runs. Its process comes and goes without touching it.
ALTER TABLE workers ADD COLUMN drain_requested_at timestamptz;

-- Calls of webhooks that are delivered once more. What an accepted call brought is its run's input; of a refused one the
-- body is kept here, where its signature was good and nothing but the workflow or a limit stood in its way.
ALTER TABLE webhook_deliveries ADD COLUMN redelivery_of uuid;
ALTER TABLE webhook_deliveries ADD COLUMN body text CHECK (octet_length(body) <= 65536);
