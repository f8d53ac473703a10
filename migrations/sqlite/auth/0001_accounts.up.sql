CREATE TABLE auth_users (
    id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    email        TEXT    NOT NULL,
    email_normal TEXT    NOT NULL,
    name         TEXT,
    password     TEXT,
    verified_at  INTEGER,
    status       TEXT    NOT NULL CHECK (status IN ('active', 'suspended', 'deleted')),
    super_admin  INTEGER NOT NULL CHECK (super_admin IN (0, 1)),
    epoch        INTEGER NOT NULL CHECK (epoch >= 0),
    created_at   INTEGER NOT NULL,
    version      INTEGER NOT NULL CHECK (version >= 1)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX auth_users_email ON auth_users (email_normal);
CREATE INDEX auth_users_super_admin ON auth_users (id) WHERE super_admin;

-- A commit's writes are ordered by what they change, sessions before users: the reference is checked at its end.
CREATE TABLE auth_sessions (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id    BLOB    NOT NULL REFERENCES auth_users (id) DEFERRABLE INITIALLY DEFERRED,
    epoch      INTEGER NOT NULL CHECK (epoch >= 0),
    method     TEXT    NOT NULL CHECK (method IN ('pwd')),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at   INTEGER,
    ip         TEXT,
    agent      TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_sessions_user ON auth_sessions (user_id);

-- Sessions that are over before their access tokens are.
CREATE TABLE auth_revocations (
    session_id BLOB    NOT NULL PRIMARY KEY CHECK (length(session_id) = 16),
    until      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_revocations_until ON auth_revocations (until);

-- One a user and purpose. No reference to the user: a token may be made for an account that lost the race for
-- its address, and is then found by nobody.
CREATE TABLE auth_tokens (
    user_id     BLOB    NOT NULL CHECK (length(user_id) = 16),
    purpose     TEXT    NOT NULL CHECK (purpose IN ('verify_email')),
    hash        BLOB    NOT NULL CHECK (length(hash) = 32),
    epoch       INTEGER NOT NULL CHECK (epoch >= 0),
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    redeemed_at INTEGER,
    PRIMARY KEY (user_id, purpose)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX auth_tokens_hash ON auth_tokens (hash);

CREATE TABLE auth_signing_keys (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    number     INTEGER NOT NULL CHECK (number >= 1),
    algorithm  TEXT    NOT NULL CHECK (algorithm IN ('RS256', 'EdDSA', 'ES256')),
    private    BLOB    NOT NULL,
    public     TEXT    NOT NULL CHECK (json_valid(public)),
    created_at INTEGER NOT NULL,
    signs_from INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX auth_signing_keys_number ON auth_signing_keys (number);

-- At most one row.
CREATE TABLE auth_installation (
    one       INTEGER NOT NULL PRIMARY KEY DEFAULT 1 CHECK (one = 1),
    secret    BLOB    NOT NULL,
    -- When its first operator was made.
    set_up_at INTEGER
) STRICT, WITHOUT ROWID;
