DROP TABLE kernel_signals;
DROP TABLE kernel_claims;
DROP TABLE audit_entries;
DROP TABLE kernel_events;
DROP TABLE work_jobs;
DROP FUNCTION in_commit();
DROP FUNCTION current_tenant();
DELETE FROM saaskit_migrations WHERE domain = 'kernel' AND version = 1;
