-- The times of the last tries in place of how many there were since a window began; and whose account they are of,
-- where they are counted on one browser.
ALTER TABLE auth_attempts ADD COLUMN tries jsonb NOT NULL DEFAULT '[]';
ALTER TABLE auth_attempts ADD COLUMN account bytea CHECK (length(account) = 32);
UPDATE auth_attempts SET tries =
    to_jsonb(array_fill(round(extract(epoch FROM window_from) * 1000)::bigint, ARRAY[least(tried, 5)::int]));
ALTER TABLE auth_attempts ALTER COLUMN tries DROP DEFAULT;
ALTER TABLE auth_attempts DROP COLUMN tried;
ALTER TABLE auth_attempts RENAME COLUMN window_from TO tried_at;
ALTER INDEX auth_attempts_window RENAME TO auth_attempts_tried;
CREATE INDEX auth_attempts_account ON auth_attempts (account) WHERE account IS NOT NULL;
