-- All mails to an address are found, to be forgotten with whoever reads there.
CREATE INDEX notify_messages_recipient ON notify_messages (recipient);
