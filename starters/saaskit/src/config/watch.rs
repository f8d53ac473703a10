use saaskit_kernel::Mailbox;

use super::reader::Reader;
use super::{Mode, items, read_mailbox};

/// Who is told when something is wrong.
#[derive(Debug)]
pub struct Watch {
    /// Who gets alerts by mail.
    pub mail_to: Vec<Mailbox>,
    /// Where alerts are posted.
    #[cfg(feature = "alert-webhook")]
    pub webhook: Option<saaskit_alert_webhook::WebhookConfig>,
    /// Where errors are collected.
    #[cfg(feature = "error-sentry")]
    pub sentry: Option<saaskit_error_sentry::SentryConfig>,
}

/// Recipients of alerts at most.
const RECIPIENTS: usize = 10;

pub(super) fn read(reader: &mut Reader<'_>, mode: Mode) -> Watch {
    let mail_to = reader.parsed("ALERT_EMAIL_TO", read_recipients);
    super::unbuilt::refuse(
        reader,
        &[
            ("ALERT_WEBHOOK_URL", cfg!(feature = "alert-webhook")),
            ("SENTRY_DSN", cfg!(feature = "error-sentry")),
        ],
    );
    if reader.is_set("ALERT_WEBHOOK_SECRET") && !reader.is_set("ALERT_WEBHOOK_URL") {
        reader.fault("ALERT_WEBHOOK_SECRET", "is set, and ALERT_WEBHOOK_URL is not");
    }
    Watch {
        mail_to: mail_to.unwrap_or_default(),
        #[cfg(feature = "alert-webhook")]
        webhook: webhook(reader, mode),
        #[cfg(feature = "error-sentry")]
        sentry: sentry(reader, mode),
    }
}

fn read_recipients(text: &str) -> Result<Vec<Mailbox>, String> {
    let recipients: Vec<Mailbox> = items(text).map(read_mailbox).collect::<Result<_, _>>()?;
    if recipients.len() > RECIPIENTS {
        return Err(format!("names more than {RECIPIENTS} addresses"));
    }
    Ok(recipients)
}

#[cfg(feature = "alert-webhook")]
fn webhook(reader: &mut Reader<'_>, mode: Mode) -> Option<saaskit_alert_webhook::WebhookConfig> {
    let unsigned = saaskit_alert_webhook::WebhookConfig::new(reader.secret("ALERT_WEBHOOK_URL")?);
    if let Err(invalid) = unsigned.check() {
        reader.fault("ALERT_WEBHOOK_URL", format!("can't be used: {invalid}"));
        return None;
    }
    if mode == Mode::Production && !unsigned.is_encrypted() && !unsigned.is_local() {
        reader.fault("ALERT_WEBHOOK_URL", "is not https");
    }
    let secret = reader.secret("ALERT_WEBHOOK_SECRET");
    let config = saaskit_alert_webhook::WebhookConfig { secret, ..unsigned };
    if let Err(invalid) = config.check() {
        reader.fault("ALERT_WEBHOOK_SECRET", format!("can't be used: {invalid}"));
    }
    Some(config)
}

#[cfg(feature = "error-sentry")]
fn sentry(reader: &mut Reader<'_>, mode: Mode) -> Option<saaskit_error_sentry::SentryConfig> {
    let environment = match mode {
        Mode::Development => "development",
        Mode::Production => "production",
    };
    let release = concat!("saaskit@", env!("CARGO_PKG_VERSION"));
    let dsn = reader.secret("SENTRY_DSN")?;
    if mode == Mode::Production && !dsn.expose().starts_with("https://") {
        reader.fault("SENTRY_DSN", "is not https");
    }
    let config = saaskit_error_sentry::SentryConfig::new(dsn, environment, release);
    if let Err(invalid) = config.check() {
        reader.fault("SENTRY_DSN", format!("can't be used: {invalid}"));
    }
    Some(config)
}
