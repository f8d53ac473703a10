DROP INDEX notify_messages_recipient;
DELETE FROM saaskit_migrations WHERE domain = 'notify' AND version = 3;
