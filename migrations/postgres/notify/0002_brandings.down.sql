DROP TABLE notify_brandings;
ALTER TABLE notify_suppressions DROP COLUMN id;
DELETE FROM saaskit_migrations WHERE domain = 'notify' AND version = 2;
