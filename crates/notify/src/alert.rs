use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use saaskit_kernel::{Alert, Alerts, EmailMessage, EmailSender, Mailbox, PortError, Source};

/// Alerts by mail to an address the operator chose. They go out at once and past the queue, which may be what the
/// alert is about.
#[derive(Debug, Clone)]
pub struct MailAlerts {
    sender: Arc<dyn EmailSender>,
    from: Mailbox,
    to: Mailbox,
    source: Source,
}

impl MailAlerts {
    /// By that sender, to that address.
    pub fn new(sender: Arc<dyn EmailSender>, from: Mailbox, to: Mailbox, source: Source) -> Self {
        Self { sender, from, to, source }
    }
}

#[async_trait]
impl Alerts for MailAlerts {
    async fn send(&self, alert: &Alert) -> Result<(), PortError> {
        let key = format!("alert-{}", self.source.id::<()>().uuid().simple());
        let subject = format!("[{}] {}", alert.severity.as_str(), alert.title);
        let text = text(alert);
        let html = format!("<pre>{}</pre>\n", escaped(&text));
        let mail = EmailMessage::new(key, self.from.clone(), self.to.clone(), &subject, text, html);
        self.sender.send(&mail).await.map(drop)
    }
}

/// The message, and under a line what to search for.
fn text(alert: &Alert) -> String {
    let mut text = format!("{}\n", alert.message);
    if !alert.fields.is_empty() {
        text.push_str("\n-- \n");
    }
    for (name, value) in &alert.fields {
        // Writing to a text can't fail.
        let _ = writeln!(text, "{name}: {value}");
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
