use std::sync::Arc;

use async_trait::async_trait;
use saaskit_conformance::alerts::{AlertsHarness, Received, Watcher};
use saaskit_conformance::email_sender::Refusal;
use saaskit_conformance::fixtures::{email, source};
use saaskit_kernel::{Alert, Alerts, EmailMessage, ErrorKind, Severity};
use saaskit_memory::MemoryEmailSender;
use saaskit_notify::MailAlerts;

#[derive(Debug)]
struct Inbox(Arc<MemoryEmailSender>);

/// What somebody who reads the mail understands.
fn read(mail: &EmailMessage) -> Received {
    let (severity, title) = mail.subject.strip_prefix('[').unwrap().split_once("] ").unwrap();
    let (message, fields) = mail.text.split_once("\n\n-- \n").unwrap_or((&mail.text, ""));
    let field = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
    Received {
        severity: severity.to_owned(),
        title: title.to_owned(),
        message: message.trim_end_matches('\n').to_owned(),
        fields: fields.lines().filter_map(field).collect(),
    }
}

#[async_trait]
impl Watcher for Inbox {
    async fn received(&self) -> Vec<Received> {
        self.0.sent().iter().map(read).collect()
    }

    async fn refuse_next(&self, refusal: Refusal) {
        self.0.fail_next(
            1,
            match refusal {
                Refusal::ForNow => ErrorKind::Unavailable,
                Refusal::ForGood => ErrorKind::Rejected,
            },
        );
    }
}

fn by(sender: &Arc<MemoryEmailSender>) -> MailAlerts {
    MailAlerts::new(sender.clone(), email("no-reply").into(), email("on-call").into(), source())
}

fn mailed() -> AlertsHarness {
    let sender = Arc::new(MemoryEmailSender::default());
    AlertsHarness { alerts: Arc::new(by(&sender)), watcher: Arc::new(Inbox(sender)) }
}

saaskit_conformance::alerts_suite!(std::future::ready(super::mailed()));

#[tokio::test]
async fn an_alert_can_not_become_markup_or_a_header() {
    let sender = Arc::new(MemoryEmailSender::default());
    let alert = Alert {
        severity: Severity::Critical,
        title: "gone\r\nBcc: eva@example.org".to_owned(),
        message: "</pre><script>".to_owned(),
        fields: vec![("why", "<b>".to_owned())],
    };
    by(&sender).send(&alert).await.unwrap();
    let [mail] = &sender.sent()[..] else { panic!("one alert is one mail") };
    assert_eq!(mail.subject, "[critical] gone  Bcc: eva@example.org");
    assert_eq!(mail.html, "<pre>&lt;/pre&gt;&lt;script&gt;\n\n-- \nwhy: &lt;b&gt;\n</pre>\n");
    assert_eq!((mail.from.clone(), mail.to.clone()), (email("no-reply").into(), email("on-call").into()));
}
