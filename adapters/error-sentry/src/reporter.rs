use std::error::Error;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use saaskit_kernel::{ErrorContext, ErrorReporter, Source};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::event::event;
use crate::post::{Poster, Work};
use crate::{InvalidSentryConfig, SentryConfig};

/// Hands errors to a collector that speaks Sentry's protocol, one after the other, in the background.
pub struct SentryReporter {
    work: mpsc::Sender<Work>,
    config: SentryConfig,
    source: Source,
}

impl SentryReporter {
    /// Reports there. Needs a Tokio runtime; nothing is connected yet.
    pub fn new(config: &SentryConfig, source: Source) -> Result<Self, InvalidSentryConfig> {
        let dsn = config.parsed()?;
        let poster = Poster::new(&dsn, config.timeout, source.clone()).ok_or(InvalidSentryConfig)?;
        let (sender, receiver) = mpsc::channel(config.queue.max(1));
        tokio::spawn(poster.run(receiver));
        Ok(Self { work: sender, config: config.clone(), source })
    }
}

#[async_trait]
impl ErrorReporter for SentryReporter {
    fn report(&self, error: &(dyn Error + 'static), context: &ErrorContext) {
        let mut event = event(error, context, &self.source);
        event.environment = Some(self.config.environment.into());
        event.release = Some(self.config.release.into());
        if self.work.try_send(Work::Post(Box::new(event.into()))).is_err() {
            tracing::warn!("an error was not reported: too many wait already");
        }
    }

    async fn flush(&self, within: Duration) {
        let (done, told) = oneshot::channel();
        let flushed = async {
            if self.work.send(Work::Tell(done)).await.is_ok() {
                drop(told.await);
            }
        };
        if timeout(within, flushed).await.is_err() {
            tracing::warn!("some errors were not reported in time");
        }
    }
}

impl fmt::Debug for SentryReporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentryReporter").field("config", &self.config).finish_non_exhaustive()
    }
}
