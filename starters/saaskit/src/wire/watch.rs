use std::sync::Arc;

#[cfg(any(feature = "alert-webhook", feature = "error-sentry"))]
use anyhow::Context as _;
#[cfg(feature = "alert-webhook")]
use saaskit_alert_webhook::WebhookAlerts;
#[cfg(feature = "error-sentry")]
use saaskit_error_sentry::SentryReporter;
use saaskit_kernel::{
    Alerts, AllAlerts, EmailSender, ErrorReporter, LogAlerts, Mailbox, OnlyLogged, Source, SparseAlerts,
};
use saaskit_notify::MailAlerts;

use crate::config::Config;

/// Alerts reach everybody who was named, and the log if nobody was.
pub(super) fn alerts(
    config: &Config,
    email: &Arc<dyn EmailSender>,
    source: &Source,
) -> anyhow::Result<Arc<dyn Alerts>> {
    let by_mail = |to: &Mailbox| -> Arc<dyn Alerts> {
        Arc::new(MailAlerts::new(email.clone(), config.mail.from.clone(), to.clone(), source.clone()))
    };
    let mut all: Vec<_> = config.watch.mail_to.iter().map(by_mail).collect();
    #[cfg(feature = "alert-webhook")]
    if let Some(webhook) = &config.watch.webhook {
        let alerts = WebhookAlerts::new(webhook, source.clone());
        all.push(Arc::new(alerts.context("ALERT_WEBHOOK_URL can't be used")?));
    }
    if all.is_empty() {
        all.push(Arc::new(LogAlerts));
    }
    Ok(Arc::new(SparseAlerts::new(Arc::new(AllAlerts(all)), source.clone())))
}

/// Errors are in the log; whoever wants them elsewhere too named a collector.
pub(super) fn errors(config: &Config, source: &Source) -> anyhow::Result<Arc<dyn ErrorReporter>> {
    #[cfg(feature = "error-sentry")]
    if let Some(sentry) = &config.watch.sentry {
        let reporter = SentryReporter::new(sentry, source.clone());
        return Ok(Arc::new(reporter.context("SENTRY_DSN can't be used")?));
    }
    #[cfg(not(feature = "error-sentry"))]
    let _ = (config, source);
    Ok(Arc::new(OnlyLogged))
}
