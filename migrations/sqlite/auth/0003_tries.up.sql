-- The times of the last tries in place of how many there were since a window began; and whose account they are of,
-- where they are counted on one browser.
ALTER TABLE auth_attempts ADD COLUMN tries TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tries));
ALTER TABLE auth_attempts ADD COLUMN account BLOB CHECK (length(account) = 32);
UPDATE auth_attempts SET tries =
    '[' || rtrim(replace(substr('-----', 1, min(tried, 5)), '-', window_from || ','), ',') || ']';
ALTER TABLE auth_attempts DROP COLUMN tried;
DROP INDEX auth_attempts_window;
ALTER TABLE auth_attempts RENAME COLUMN window_from TO tried_at;
CREATE INDEX auth_attempts_tried ON auth_attempts (tried_at);
CREATE INDEX auth_attempts_account ON auth_attempts (account) WHERE account IS NOT NULL;
