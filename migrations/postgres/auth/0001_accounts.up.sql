-- Accounts belong to the installation, not to a tenant: no row-level security.
CREATE TABLE auth_users (
    id           uuid        NOT NULL PRIMARY KEY,
    email        text        NOT NULL,
    -- What is searched by its beginning is compared by its bytes.
    email_normal text        COLLATE "C" NOT NULL,
    name         text,
    name_normal  text        COLLATE "C",
    locale       text        NOT NULL,
    password     text,
    verified_at  timestamptz,
    status       text        NOT NULL CHECK (status IN ('active', 'suspended', 'deleted')),
    super_admin  boolean     NOT NULL,
    epoch        bigint      NOT NULL CHECK (epoch >= 0),
    created_at   timestamptz NOT NULL,
    erase_at     timestamptz,
    version      bigint      NOT NULL CHECK (version >= 1)
);
CREATE UNIQUE INDEX auth_users_email ON auth_users (email_normal);
CREATE INDEX auth_users_name ON auth_users (name_normal);
CREATE INDEX auth_users_status ON auth_users (status, id);
CREATE INDEX auth_users_super_admin ON auth_users (id) WHERE super_admin;

-- A commit's writes are ordered by what they change, sessions before users: the reference is checked at its end.
CREATE TABLE auth_sessions (
    id               uuid        NOT NULL PRIMARY KEY,
    user_id          uuid        NOT NULL REFERENCES auth_users (id) DEFERRABLE INITIALLY DEFERRED,
    epoch            bigint      NOT NULL CHECK (epoch >= 0),
    method           text        NOT NULL CHECK (method IN ('pwd')),
    created_at       timestamptz NOT NULL,
    authenticated_at timestamptz NOT NULL,
    seen_at          timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    ended_at         timestamptz,
    -- When its user was last warned of another client that showed a link of it.
    warned_at        timestamptz,
    -- The workspace it acts in; the session itself is the user's.
    acts_in          uuid,
    cookie           bytea       CHECK (length(cookie) = 32),
    ip               inet,
    agent            text
);
CREATE INDEX auth_sessions_user ON auth_sessions (user_id, created_at, id);
CREATE UNIQUE INDEX auth_sessions_cookie ON auth_sessions (cookie) WHERE cookie IS NOT NULL;
CREATE INDEX auth_sessions_expired ON auth_sessions (expires_at);
CREATE INDEX auth_sessions_ended ON auth_sessions (ended_at) WHERE ended_at IS NOT NULL;

-- The chain of each session. Links come before their session in a commit, too.
CREATE TABLE auth_refresh_tokens (
    hash       bytea       NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    session_id uuid        NOT NULL REFERENCES auth_sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    number     bigint      NOT NULL CHECK (number >= 1),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    rotated_at timestamptz,
    client     bytea       CHECK (length(client) = 32),
    nonce      bytea       CHECK (length(nonce) = 16),
    CHECK ((rotated_at IS NULL) = (client IS NULL)),
    CHECK (nonce IS NULL OR rotated_at IS NOT NULL)
);
CREATE UNIQUE INDEX auth_refresh_tokens_number ON auth_refresh_tokens (session_id, number);
CREATE INDEX auth_refresh_tokens_nonce ON auth_refresh_tokens (session_id) WHERE nonce IS NOT NULL;

-- No reference to the user: a token may be made for an account that lost the race for its address, and is then
-- found by nobody.
CREATE TABLE auth_tokens (
    hash        bytea       NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    user_id     uuid        NOT NULL,
    purpose     text        NOT NULL
                CHECK (purpose IN ('verify_email', 'reset_password', 'unlock', 'confirm_email', 'undo_email')),
    -- Whether it lives on beside later ones of its purpose.
    outlives    boolean     NOT NULL,
    epoch       bigint      NOT NULL CHECK (epoch >= 0),
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    redeemed_at timestamptz,
    address     text,
    password    text
);
CREATE UNIQUE INDEX auth_tokens_newest ON auth_tokens (user_id, purpose) WHERE NOT outlives;
CREATE INDEX auth_tokens_user ON auth_tokens (user_id);
CREATE INDEX auth_tokens_expired ON auth_tokens (expires_at);

-- Tries to sign in, by a hash of whose.
CREATE TABLE auth_attempts (
    key          bytea       NOT NULL PRIMARY KEY CHECK (length(key) = 32),
    tried        bigint      NOT NULL CHECK (tried >= 0),
    window_from  timestamptz NOT NULL,
    in_row       bigint      NOT NULL CHECK (in_row >= 0),
    locks        bigint      NOT NULL CHECK (locks >= 0),
    locked_until timestamptz,
    version      bigint      NOT NULL CHECK (version >= 1)
);
CREATE INDEX auth_attempts_window ON auth_attempts (window_from);

-- Roles of the installation and of tenants, and who has them. `place` is where a role counts, so that names of the
-- installation's roles are compared, too.
CREATE TABLE auth_roles (
    id          uuid        NOT NULL PRIMARY KEY,
    tenant_id   uuid,
    place       uuid        NOT NULL GENERATED ALWAYS AS (coalesce(tenant_id, '00000000-0000-0000-0000-000000000000')) STORED,
    name        text        NOT NULL,
    name_normal text        COLLATE "C" NOT NULL,
    permissions jsonb       NOT NULL,
    created_at  timestamptz NOT NULL,
    version     bigint      NOT NULL CHECK (version >= 1)
);
CREATE UNIQUE INDEX auth_roles_name ON auth_roles (place, name_normal);
ALTER TABLE auth_roles ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth_roles FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON auth_roles TO saaskit_app
    USING (tenant_id = (SELECT current_tenant()) OR tenant_id IS NULL AND (SELECT in_commit()));
CREATE POLICY everything ON auth_roles TO saaskit_system USING (true);

CREATE TABLE auth_assignments (
    user_id   uuid NOT NULL,
    role_id   uuid NOT NULL REFERENCES auth_roles (id) ON DELETE CASCADE,
    tenant_id uuid,
    PRIMARY KEY (user_id, role_id)
);
CREATE INDEX auth_assignments_role ON auth_assignments (role_id);
ALTER TABLE auth_assignments ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth_assignments FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON auth_assignments TO saaskit_app
    USING (tenant_id = (SELECT current_tenant()) OR tenant_id IS NULL AND (SELECT in_commit()));
CREATE POLICY everything ON auth_assignments TO saaskit_system USING (true);

CREATE TABLE auth_signing_keys (
    id         uuid        NOT NULL PRIMARY KEY,
    number     bigint      NOT NULL CHECK (number >= 1),
    algorithm  text        NOT NULL CHECK (algorithm IN ('RS256', 'EdDSA', 'ES256')),
    private    bytea       NOT NULL,
    public     jsonb       NOT NULL,
    created_at timestamptz NOT NULL,
    signs_from timestamptz NOT NULL
);
CREATE UNIQUE INDEX auth_signing_keys_number ON auth_signing_keys (number);

-- At most one row.
CREATE TABLE auth_installation (
    one       boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (one),
    secret    bytea   NOT NULL,
    -- When its first operator was made.
    set_up_at timestamptz,
    -- How many operate it.
    operators bigint  NOT NULL DEFAULT 0 CHECK (operators >= 0)
);

GRANT SELECT, INSERT, UPDATE, DELETE
    ON auth_users, auth_sessions, auth_refresh_tokens, auth_tokens, auth_attempts, auth_roles, auth_assignments,
       auth_signing_keys, auth_installation
    TO saaskit_app, saaskit_system;
