DROP TABLE kernel_signals;
DROP TABLE kernel_claims;
DROP TABLE audit_entries;
DROP TABLE kernel_events;
DROP TABLE work_jobs;
DELETE FROM saaskit_migrations WHERE domain = 'kernel' AND version = 1;
