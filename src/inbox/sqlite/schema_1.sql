-- Times are milliseconds since the Unix epoch, by the inbox's clock; `signed_at` is the sender's, in seconds.

-- A message that was accepted. It stays after its request is deleted, so that a duplicate is recognized.
CREATE TABLE webhook_message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint TEXT NOT NULL,
    tenant TEXT NOT NULL,
    message_id TEXT NOT NULL,
    event_type TEXT,
    signed_at INTEGER,
    received_at INTEGER NOT NULL,
    body_sha256 BLOB NOT NULL,
    -- When every target was done or purged.
    finished_at INTEGER,
    -- Whether the request is still there.
    is_stored INTEGER NOT NULL DEFAULT 1,
    UNIQUE (message_id, endpoint, tenant)
) STRICT;

CREATE INDEX webhook_message_requests ON webhook_message (finished_at) WHERE finished_at IS NOT NULL AND is_stored = 1;
CREATE INDEX webhook_message_ids ON webhook_message (finished_at) WHERE finished_at IS NOT NULL AND is_stored = 0;

-- The request as it was signed. A table of its own, so that what changes often is small.
CREATE TABLE webhook_request (
    seq INTEGER PRIMARY KEY REFERENCES webhook_message (seq),
    uri TEXT NOT NULL,
    headers BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;

-- What becomes of a message at one target.
CREATE TABLE webhook_task (
    seq INTEGER NOT NULL REFERENCES webhook_message (seq),
    target TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    order_key TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'claimed', 'blocked', 'done', 'dead')),
    -- While it waits, when the next attempt is due; while it is claimed, when the lease ends; otherwise nothing.
    due_at INTEGER,
    owner BLOB,
    failed_attempts INTEGER NOT NULL DEFAULT 0,
    lost_leases INTEGER NOT NULL DEFAULT 0,
    last_status INTEGER,
    reason TEXT,
    settled_at INTEGER,
    PRIMARY KEY (seq, target)
) STRICT, WITHOUT ROWID;

CREATE INDEX webhook_task_due ON webhook_task (endpoint, target, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_task_dead ON webhook_task (settled_at) WHERE state = 'dead';
-- Of one key, one at most waits or is claimed at each target; the others are blocked.
CREATE UNIQUE INDEX webhook_task_active ON webhook_task (endpoint, target, order_key)
    WHERE order_key IS NOT NULL AND due_at IS NOT NULL;
CREATE INDEX webhook_task_blocked ON webhook_task (endpoint, target, order_key, seq)
    WHERE order_key IS NOT NULL AND state = 'blocked';
