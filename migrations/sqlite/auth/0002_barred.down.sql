ALTER TABLE auth_users DROP COLUMN barred_at;
DELETE FROM saaskit_migrations WHERE domain = 'auth' AND version = 2;
