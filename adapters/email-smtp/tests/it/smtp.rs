use saaskit_conformance::email_sender::EmailSenderHarness;
use saaskit_email_smtp::SmtpTls;

use crate::peer::harness;

async fn in_the_open() -> EmailSenderHarness {
    harness("plain", SmtpTls::None).await
}

async fn after_starttls() -> EmailSenderHarness {
    harness("starttls", SmtpTls::StartTls).await
}

async fn encrypted() -> EmailSenderHarness {
    harness("implicit", SmtpTls::Implicit).await
}

mod plain {
    saaskit_conformance::email_sender_suite!(super::super::in_the_open());
}
mod starttls {
    saaskit_conformance::email_sender_suite!(super::super::after_starttls());
}
mod implicit {
    saaskit_conformance::email_sender_suite!(super::super::encrypted());
}
