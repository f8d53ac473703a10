use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use saaskit_kernel::{Alert, Alerts, ErrorKind, PortError, Source};
use serde_json::json;

use crate::sign::Signer;
use crate::{InvalidWebhookConfig, WebhookConfig};

/// Posts alerts to a URL:
/// `{"severity":"critical","title":…,"message":…,"fields":[{"name":…,"value":…}],"at":…}`.
pub struct WebhookAlerts {
    client: Client,
    url: Url,
    signer: Option<Signer>,
    source: Source,
}

impl WebhookAlerts {
    /// Posts there. Nothing is connected yet.
    pub fn new(config: &WebhookConfig, source: Source) -> Result<Self, InvalidWebhookConfig> {
        config.check()?;
        let client = Client::builder().redirect(Policy::none()).timeout(config.timeout).build();
        let (Ok(client), Some(url)) = (client, config.parsed()) else {
            return Err(InvalidWebhookConfig::unusable());
        };
        let signer = config.secret.as_ref().and_then(Signer::new);
        Ok(Self { client, url, signer, source })
    }

    fn body(&self, alert: &Alert) -> Vec<u8> {
        let fields: Vec<_> =
            alert.fields.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        let body = json!({
            "severity": alert.severity.as_str(),
            "title": alert.title,
            "message": alert.message,
            "fields": fields,
            "at": self.source.now().to_string(),
        });
        body.to_string().into_bytes()
    }
}

#[async_trait]
impl Alerts for WebhookAlerts {
    async fn send(&self, alert: &Alert) -> Result<(), PortError> {
        let (id, at) =
            (format!("msg_{}", self.source.id::<()>().uuid().simple()), self.source.now().seconds());
        let body = self.body(alert);
        let mut request = self.client.post(self.url.clone()).header(CONTENT_TYPE, "application/json");
        request = request.header("webhook-id", &id).header("webhook-timestamp", at);
        if let Some(signer) = &self.signer {
            request = request.header("webhook-signature", signer.sign(&id, at, &body));
        }
        // The answer's body is never read, however long it is.
        let answer = request.body(body).send().await.map_err(|error| unanswered(&error))?;
        judge(answer.status(), answer.headers())
    }
}

/// The error itself would repeat the URL.
fn unanswered(error: &reqwest::Error) -> PortError {
    let failure = |kind, why: &str| PortError::new(kind, "alert-webhook").because(why);
    if error.is_timeout() {
        failure(ErrorKind::TimedOut, "no answer in time")
    } else if error.is_connect() {
        failure(ErrorKind::Unavailable, "no connection")
    } else {
        failure(ErrorKind::Unavailable, "no readable answer")
    }
}

fn judge(status: StatusCode, headers: &HeaderMap) -> Result<(), PortError> {
    let kind = match status.as_u16() {
        200..=299 => return Ok(()),
        408 | 425 | 500.. => ErrorKind::Unavailable,
        429 => ErrorKind::Throttled,
        _ => ErrorKind::Rejected,
    };
    let error = PortError::new(kind, "alert-webhook").because(format!("answered {status}"));
    let seconds = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    Err(match seconds {
        Some(seconds) => error.after(Duration::from_secs(seconds)),
        None => error,
    })
}

impl fmt::Debug for WebhookAlerts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookAlerts").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}
