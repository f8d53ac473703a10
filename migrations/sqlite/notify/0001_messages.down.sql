DROP TABLE notify_outbox;
DROP TABLE notify_opt_outs;
DROP TABLE notify_suppressions;
DROP TABLE notify_messages;
DELETE FROM saaskit_migrations WHERE domain = 'notify' AND version = 1;
