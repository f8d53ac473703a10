CREATE TABLE auth_users (
    id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    email        TEXT    NOT NULL,
    email_normal TEXT    NOT NULL,
    name         TEXT,
    name_normal  TEXT,
    locale       TEXT    NOT NULL,
    password     TEXT,
    verified_at  INTEGER,
    status       TEXT    NOT NULL CHECK (status IN ('active', 'suspended', 'deleted')),
    super_admin  INTEGER NOT NULL CHECK (super_admin IN (0, 1)),
    epoch        INTEGER NOT NULL CHECK (epoch >= 0),
    created_at   INTEGER NOT NULL,
    erase_at     INTEGER,
    version      INTEGER NOT NULL CHECK (version >= 1)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX auth_users_email ON auth_users (email_normal);
CREATE INDEX auth_users_name ON auth_users (name_normal);
CREATE INDEX auth_users_status ON auth_users (status, id);
CREATE INDEX auth_users_super_admin ON auth_users (id) WHERE super_admin;

-- A commit's writes are ordered by what they change, sessions before users: the reference is checked at its end.
CREATE TABLE auth_sessions (
    id               BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id          BLOB    NOT NULL REFERENCES auth_users (id) DEFERRABLE INITIALLY DEFERRED,
    epoch            INTEGER NOT NULL CHECK (epoch >= 0),
    method           TEXT    NOT NULL CHECK (method IN ('pwd')),
    created_at       INTEGER NOT NULL,
    authenticated_at INTEGER NOT NULL,
    seen_at          INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    ended_at         INTEGER,
    -- When its user was last warned of another client that showed a link of it.
    warned_at        INTEGER,
    -- The workspace it acts in; the session itself is the user's.
    acts_in          BLOB    CHECK (length(acts_in) = 16),
    cookie           BLOB    CHECK (length(cookie) = 32),
    ip               TEXT,
    agent            TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_sessions_user ON auth_sessions (user_id, created_at, id);
CREATE UNIQUE INDEX auth_sessions_cookie ON auth_sessions (cookie) WHERE cookie IS NOT NULL;
CREATE INDEX auth_sessions_expired ON auth_sessions (expires_at);
CREATE INDEX auth_sessions_ended ON auth_sessions (ended_at) WHERE ended_at IS NOT NULL;

-- The chain of each session. Links come before their session in a commit, too.
CREATE TABLE auth_refresh_tokens (
    hash       BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    session_id BLOB    NOT NULL REFERENCES auth_sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    number     INTEGER NOT NULL CHECK (number >= 1),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    rotated_at INTEGER,
    client     BLOB    CHECK (length(client) = 32),
    nonce      BLOB    CHECK (length(nonce) = 16),
    CHECK ((rotated_at IS NULL) = (client IS NULL)),
    CHECK (nonce IS NULL OR rotated_at IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX auth_refresh_tokens_number ON auth_refresh_tokens (session_id, number);
CREATE INDEX auth_refresh_tokens_nonce ON auth_refresh_tokens (session_id) WHERE nonce IS NOT NULL;

-- No reference to the user: a token may be made for an account that lost the race for its address, and is then
-- found by nobody.
CREATE TABLE auth_tokens (
    hash        BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    user_id     BLOB    NOT NULL CHECK (length(user_id) = 16),
    purpose     TEXT    NOT NULL
                CHECK (purpose IN ('verify_email', 'reset_password', 'unlock', 'confirm_email', 'undo_email')),
    -- Whether it lives on beside later ones of its purpose.
    outlives    INTEGER NOT NULL CHECK (outlives IN (0, 1)),
    epoch       INTEGER NOT NULL CHECK (epoch >= 0),
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    redeemed_at INTEGER,
    address     TEXT,
    password    TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX auth_tokens_newest ON auth_tokens (user_id, purpose) WHERE NOT outlives;
CREATE INDEX auth_tokens_user ON auth_tokens (user_id);
CREATE INDEX auth_tokens_expired ON auth_tokens (expires_at);

-- Tries to sign in, by a hash of whose.
CREATE TABLE auth_attempts (
    key          BLOB    NOT NULL PRIMARY KEY CHECK (length(key) = 32),
    tried        INTEGER NOT NULL CHECK (tried >= 0),
    window_from  INTEGER NOT NULL,
    in_row       INTEGER NOT NULL CHECK (in_row >= 0),
    locks        INTEGER NOT NULL CHECK (locks >= 0),
    locked_until INTEGER,
    version      INTEGER NOT NULL CHECK (version >= 1)
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_attempts_window ON auth_attempts (window_from);

-- Roles of the installation and of tenants, and who has them. `place` is where a role counts, so that names of the
-- installation's roles are compared, too.
CREATE TABLE auth_roles (
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    tenant_id   BLOB    CHECK (length(tenant_id) = 16),
    place       BLOB    NOT NULL GENERATED ALWAYS AS (coalesce(tenant_id, x'00000000000000000000000000000000')) STORED,
    name        TEXT    NOT NULL,
    name_normal TEXT    NOT NULL,
    permissions TEXT    NOT NULL CHECK (json_valid(permissions)),
    created_at  INTEGER NOT NULL,
    version     INTEGER NOT NULL CHECK (version >= 1)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX auth_roles_name ON auth_roles (place, name_normal);

CREATE TABLE auth_assignments (
    user_id   BLOB NOT NULL CHECK (length(user_id) = 16),
    role_id   BLOB NOT NULL REFERENCES auth_roles (id) ON DELETE CASCADE,
    tenant_id BLOB CHECK (length(tenant_id) = 16),
    PRIMARY KEY (user_id, role_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_assignments_role ON auth_assignments (role_id);

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
    set_up_at INTEGER,
    -- How many operate it.
    operators INTEGER NOT NULL DEFAULT 0 CHECK (operators >= 0)
) STRICT, WITHOUT ROWID;
