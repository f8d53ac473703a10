-- When an operator deleted the account: from then on no link of its owner's brings it back.
ALTER TABLE auth_users ADD COLUMN barred_at timestamptz;
