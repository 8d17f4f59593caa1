-- Times are milliseconds since the Unix epoch, by the database's clock; `signed_at` is the sender's, in seconds.
-- There are no foreign keys: they would cost a tenth of the throughput, and every statement keeps the tables together itself.

-- A message that was accepted. It stays after its request is deleted, so that a duplicate is recognized.
CREATE TABLE webhook_message (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    endpoint text NOT NULL,
    tenant text NOT NULL,
    message_id text NOT NULL,
    event_type text,
    signed_at bigint,
    received_at bigint NOT NULL,
    body_sha256 bytea NOT NULL,
    -- When every target was done or purged.
    finished_at bigint,
    -- Whether the request is still there.
    is_stored boolean NOT NULL DEFAULT true,
    UNIQUE (message_id, endpoint, tenant)
);

CREATE INDEX webhook_message_requests ON webhook_message (finished_at) WHERE finished_at IS NOT NULL AND is_stored;
CREATE INDEX webhook_message_ids ON webhook_message (finished_at) WHERE finished_at IS NOT NULL AND NOT is_stored;

-- The request as it was signed. A table of its own, so that what changes often is small.
CREATE TABLE webhook_request (
    seq bigint PRIMARY KEY,
    uri text NOT NULL,
    headers bytea NOT NULL,
    body bytea NOT NULL
);
-- Not compressed: the body is stored as it was signed.
ALTER TABLE webhook_request ALTER COLUMN body SET STORAGE EXTERNAL;

-- What becomes of a message at one target.
CREATE TABLE webhook_task (
    seq bigint NOT NULL,
    target text NOT NULL,
    endpoint text NOT NULL,
    order_key text,
    state text NOT NULL CHECK (state IN ('waiting', 'claimed', 'blocked', 'done', 'dead')),
    -- While it waits, when the next attempt is due; while it is claimed, when the lease ends; otherwise nothing.
    due_at bigint,
    owner bytea,
    failed_attempts integer NOT NULL DEFAULT 0,
    lost_leases integer NOT NULL DEFAULT 0,
    last_status integer,
    reason text,
    settled_at bigint,
    PRIMARY KEY (seq, target)
);

CREATE INDEX webhook_task_due ON webhook_task (endpoint, target, due_at, seq) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_task_dead ON webhook_task (settled_at) WHERE state = 'dead';
-- Of one key, one at most waits or is claimed at each target; the others are blocked.
CREATE UNIQUE INDEX webhook_task_active ON webhook_task (endpoint, target, order_key)
    WHERE order_key IS NOT NULL AND due_at IS NOT NULL;
CREATE INDEX webhook_task_blocked ON webhook_task (endpoint, target, order_key, seq)
    WHERE order_key IS NOT NULL AND state = 'blocked';

-- What the idempotency store remembers.
CREATE TABLE webhook_claim (
    -- Scope, tenant and message id, as the crate joins them.
    key bytea PRIMARY KEY,
    owner bytea NOT NULL,
    body_digest bytea NOT NULL,
    is_done boolean NOT NULL,
    -- The end of the lease, or of the retention.
    expires_at bigint NOT NULL
);

CREATE INDEX webhook_claim_expiry ON webhook_claim (expires_at);
