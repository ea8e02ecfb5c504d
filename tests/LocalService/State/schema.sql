-- Secrets (codes and tokens) are kept as SHA-256 hashes only. Times are Unix milliseconds.

CREATE TABLE IF NOT EXISTS people (
    subject          TEXT PRIMARY KEY,
    email            TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name             TEXT NOT NULL,
    password_hash    TEXT NOT NULL,
    default_org_slug TEXT,
    memberships      TEXT NOT NULL, -- JSON: [{"slug": "...", "role": "..."}]
    groups           TEXT NOT NULL  -- JSON: ["..."]
) STRICT;

CREATE TABLE IF NOT EXISTS signing_keys (
    algorithm TEXT PRIMARY KEY,
    pkcs8     BLOB NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS attempts (
    key          TEXT PRIMARY KEY,
    failures     INTEGER NOT NULL,
    paused_until INTEGER NOT NULL
) STRICT;

-- One sign-in of one person in one application, with every token that came from it.
CREATE TABLE IF NOT EXISTS families (
    id         TEXT PRIMARY KEY,
    client_id  TEXT NOT NULL,
    subject    TEXT NOT NULL,
    scope      TEXT NOT NULL,
    auth_time  INTEGER NOT NULL,
    acr        TEXT,
    jkt        TEXT, -- the key that the refresh tokens are bound to (RFC 9449 5)
    revoked_at INTEGER
) STRICT;

CREATE TABLE IF NOT EXISTS refresh_tokens (
    hash       TEXT PRIMARY KEY,
    family_id  TEXT NOT NULL REFERENCES families (id),
    expires_at INTEGER NOT NULL,
    rotated_at INTEGER
) STRICT;

CREATE TABLE IF NOT EXISTS access_tokens (
    hash       TEXT PRIMARY KEY,
    family_id  TEXT NOT NULL REFERENCES families (id),
    scope      TEXT NOT NULL,
    jkt        TEXT, -- the key that this token is bound to
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE TABLE IF NOT EXISTS authorization_codes (
    hash           TEXT PRIMARY KEY,
    client_id      TEXT NOT NULL,
    subject        TEXT NOT NULL,
    scope          TEXT NOT NULL,
    redirect_uri   TEXT NOT NULL,
    code_challenge TEXT NOT NULL,
    nonce          TEXT,
    auth_time      INTEGER NOT NULL,
    acr            TEXT,
    dpop_jkt       TEXT,
    expires_at     INTEGER NOT NULL,
    family_id      TEXT REFERENCES families (id) -- set when the code has been used
) STRICT;

CREATE TABLE IF NOT EXISTS device_codes (
    hash             TEXT PRIMARY KEY,
    user_code        TEXT NOT NULL UNIQUE, -- without the dash
    client_id        TEXT NOT NULL,
    scope            TEXT NOT NULL,
    expires_at       INTEGER NOT NULL,
    interval_seconds INTEGER NOT NULL,
    polled_at        INTEGER,
    status           TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'denied', 'redeemed')),
    subject          TEXT,
    auth_time        INTEGER,
    acr_values       TEXT,
    signed_in_after  INTEGER -- max_age, counted back from the request
) STRICT;

CREATE TABLE IF NOT EXISTS pushed_requests (
    hash       TEXT PRIMARY KEY,
    client_id  TEXT NOT NULL,
    query      TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    opened_at  INTEGER,
    used_at    INTEGER
) STRICT;

CREATE TABLE IF NOT EXISTS dpop_proofs (
    id_hash TEXT PRIMARY KEY,
    seen_at INTEGER NOT NULL
) STRICT;
