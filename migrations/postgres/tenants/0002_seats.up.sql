-- How many may be in it; null where nothing limits them.
ALTER TABLE tenants_tenants ADD COLUMN seats bigint CHECK (seats >= 0);
