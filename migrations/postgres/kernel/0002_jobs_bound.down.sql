REVOKE SELECT (id, attempt, leased) ON work_jobs FROM saaskit_app;
GRANT SELECT, UPDATE ON work_jobs TO saaskit_app;
DROP POLICY everything ON work_jobs;
DROP POLICY committed ON work_jobs;
ALTER TABLE work_jobs NO FORCE ROW LEVEL SECURITY;
ALTER TABLE work_jobs DISABLE ROW LEVEL SECURITY;
DELETE FROM saaskit_migrations WHERE domain = 'kernel' AND version = 2;
