use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use saaskit_kernel::{Source, Timestamp};
use sentry_types::Dsn;
use sentry_types::protocol::latest::Envelope;
use tokio::sync::{mpsc, oneshot};

/// What the poster is asked to do.
pub(crate) enum Work {
    /// To send this.
    Post(Box<Envelope>),
    /// To say when everything before was sent.
    Tell(oneshot::Sender<()>),
}

/// Sends one event after the other.
pub(crate) struct Poster {
    client: Client,
    url: Url,
    auth: String,
    source: Source,
    /// The collector wants nothing before.
    resting: Timestamp,
}

/// A collector that wants to rest is asked again after so long at most.
const LONGEST_REST: Duration = Duration::from_hours(1);
/// And so it is where it does not say.
const REST: Duration = Duration::from_mins(1);

impl Poster {
    pub(crate) fn new(dsn: &Dsn, timeout: Duration, source: Source) -> Option<Self> {
        let client = Client::builder().redirect(Policy::none()).timeout(timeout).build().ok()?;
        let url = dsn.envelope_api_url().as_str().parse().ok()?;
        let auth = dsn.to_auth(Some(concat!("saaskit/", env!("CARGO_PKG_VERSION")))).to_string();
        Some(Self { client, url, auth, resting: source.now(), source })
    }

    /// Until whoever gives it work is gone.
    pub(crate) async fn run(mut self, mut work: mpsc::Receiver<Work>) {
        while let Some(work) = work.recv().await {
            match work {
                Work::Post(envelope) => self.post(&envelope).await,
                // Whoever asked may have stopped waiting.
                Work::Tell(done) => drop(done.send(())),
            }
        }
    }

    async fn post(&mut self, envelope: &Envelope) {
        if self.source.now() < self.resting {
            return tracing::warn!("an error was not reported: its collector wants to rest");
        }
        let mut body = Vec::new();
        if envelope.to_writer(&mut body).is_err() {
            return tracing::warn!("an error was not reported: it can't be written as JSON");
        }
        let request = self.client.post(self.url.clone()).header("X-Sentry-Auth", &self.auth).body(body);
        match request.send().await {
            Ok(answer) if answer.status().is_success() => {}
            Ok(answer) => {
                let status = answer.status().as_u16();
                if status == 429 {
                    let said =
                        answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
                    let rest = said.map_or(REST, Duration::from_secs).min(LONGEST_REST);
                    self.resting = self.source.now().plus(rest);
                }
                tracing::warn!(status, "an error was not reported: its collector refused it");
            }
            // The failure itself would repeat the URL.
            Err(error) if error.is_timeout() => {
                tracing::warn!("an error may not have been reported: its collector did not answer in time");
            }
            Err(_) => tracing::warn!("an error was not reported: its collector can't be reached"),
        }
    }
}
