DROP TABLE tenants_memberships;
DROP TABLE tenants_tenants;
DELETE FROM saaskit_migrations WHERE domain = 'tenants' AND version = 1;
