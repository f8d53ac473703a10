-- Accounts belong to the installation, not to a tenant: no row-level security.
CREATE TABLE auth_users (
    id           uuid        NOT NULL PRIMARY KEY,
    email        text        NOT NULL,
    email_normal text        NOT NULL,
    name         text,
    password     text,
    verified_at  timestamptz,
    status       text        NOT NULL CHECK (status IN ('active', 'suspended', 'deleted')),
    super_admin  boolean     NOT NULL,
    epoch        bigint      NOT NULL CHECK (epoch >= 0),
    created_at   timestamptz NOT NULL,
    version      bigint      NOT NULL CHECK (version >= 1)
);
CREATE UNIQUE INDEX auth_users_email ON auth_users (email_normal);
CREATE INDEX auth_users_super_admin ON auth_users (id) WHERE super_admin;

-- A commit's writes are ordered by what they change, sessions before users: the reference is checked at its end.
CREATE TABLE auth_sessions (
    id         uuid        NOT NULL PRIMARY KEY,
    user_id    uuid        NOT NULL REFERENCES auth_users (id) DEFERRABLE INITIALLY DEFERRED,
    epoch      bigint      NOT NULL CHECK (epoch >= 0),
    method     text        NOT NULL CHECK (method IN ('pwd')),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz,
    ip         inet,
    agent      text
);
CREATE INDEX auth_sessions_user ON auth_sessions (user_id);

-- Sessions that are over before their access tokens are.
CREATE TABLE auth_revocations (
    session_id uuid        NOT NULL PRIMARY KEY,
    until      timestamptz NOT NULL
);
CREATE INDEX auth_revocations_until ON auth_revocations (until);

-- One a user and purpose. No reference to the user: a token may be made for an account that lost the race for
-- its address, and is then found by nobody.
CREATE TABLE auth_tokens (
    user_id     uuid        NOT NULL,
    purpose     text        NOT NULL CHECK (purpose IN ('verify_email')),
    hash        bytea       NOT NULL CHECK (length(hash) = 32),
    epoch       bigint      NOT NULL CHECK (epoch >= 0),
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    redeemed_at timestamptz,
    PRIMARY KEY (user_id, purpose)
);
CREATE UNIQUE INDEX auth_tokens_hash ON auth_tokens (hash);

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
    set_up_at timestamptz
);

GRANT SELECT, INSERT, UPDATE, DELETE
    ON auth_users, auth_sessions, auth_revocations, auth_tokens, auth_signing_keys, auth_installation
    TO saaskit_app, saaskit_system;
