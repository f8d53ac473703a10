-- A suppression is named by its id where its address has no place: in URLs and in the audit log.
ALTER TABLE notify_suppressions ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE notify_suppressions ALTER COLUMN id DROP DEFAULT;
CREATE UNIQUE INDEX notify_suppressions_id ON notify_suppressions (id);

-- What the mails of a workspace look like, if not like the installation's.
CREATE TABLE notify_brandings (
    tenant_id uuid NOT NULL PRIMARY KEY,
    name      text NOT NULL CHECK (name <> ''),
    color     text NOT NULL CHECK (color ~ '^#[0-9a-f]{6}$'),
    logo      text CHECK (logo LIKE 'https://%')
);
ALTER TABLE notify_brandings ENABLE ROW LEVEL SECURITY;
ALTER TABLE notify_brandings FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notify_brandings TO saaskit_app USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY everything ON notify_brandings TO saaskit_system USING (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON notify_brandings TO saaskit_app, saaskit_system;
