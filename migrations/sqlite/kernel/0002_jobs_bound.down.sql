DELETE FROM saaskit_migrations WHERE domain = 'kernel' AND version = 2;
