DROP INDEX auth_attempts_account;
DROP INDEX auth_attempts_tried;
ALTER TABLE auth_attempts RENAME COLUMN tried_at TO window_from;
CREATE INDEX auth_attempts_window ON auth_attempts (window_from);
ALTER TABLE auth_attempts ADD COLUMN tried INTEGER NOT NULL DEFAULT 0 CHECK (tried >= 0);
UPDATE auth_attempts SET tried = json_array_length(tries);
ALTER TABLE auth_attempts DROP COLUMN account;
ALTER TABLE auth_attempts DROP COLUMN tries;
DELETE FROM saaskit_migrations WHERE domain = 'auth' AND version = 3;
