DROP TABLE auth_installation;
DROP TABLE auth_signing_keys;
DROP TABLE auth_tokens;
DROP TABLE auth_revocations;
DROP TABLE auth_sessions;
DROP TABLE auth_users;
DELETE FROM saaskit_migrations WHERE domain = 'auth' AND version = 1;
