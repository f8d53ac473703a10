-- What acts in one workspace queues jobs and finishes them, in commits only; what is in them, it never reads.
ALTER TABLE work_jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE work_jobs FORCE ROW LEVEL SECURITY;
CREATE POLICY committed ON work_jobs TO saaskit_app USING ((SELECT in_commit()));
CREATE POLICY everything ON work_jobs TO saaskit_system USING (true);
REVOKE SELECT, UPDATE ON work_jobs FROM saaskit_app;
GRANT SELECT (id, attempt, leased) ON work_jobs TO saaskit_app;
