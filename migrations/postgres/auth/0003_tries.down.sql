DROP INDEX auth_attempts_account;
ALTER INDEX auth_attempts_tried RENAME TO auth_attempts_window;
ALTER TABLE auth_attempts RENAME COLUMN tried_at TO window_from;
ALTER TABLE auth_attempts ADD COLUMN tried bigint NOT NULL DEFAULT 0 CHECK (tried >= 0);
UPDATE auth_attempts SET tried = jsonb_array_length(tries);
ALTER TABLE auth_attempts ALTER COLUMN tried DROP DEFAULT;
ALTER TABLE auth_attempts DROP COLUMN account;
ALTER TABLE auth_attempts DROP COLUMN tries;
DELETE FROM saaskit_migrations WHERE domain = 'auth' AND version = 3;
