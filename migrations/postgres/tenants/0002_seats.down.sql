ALTER TABLE tenants_tenants DROP COLUMN seats;
DELETE FROM saaskit_migrations WHERE domain = 'tenants' AND version = 2;
