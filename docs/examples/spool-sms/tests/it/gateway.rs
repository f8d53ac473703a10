//! The suite, with a gateway on the other side that sees each file as it comes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use saaskit_conformance::sms_sender::{Provider, ReceivedSms, SmsSenderHarness, Trouble};
use saaskit_example_spool_sms::{SpoolConfig, SpoolSms};
use saaskit_kernel::{PortError, ProviderId, SmsMessage, SmsSender, SmsStatus};
use serde_json::Value;
use tempfile::TempDir;

/// How long the suite's throttling provider wants to be left alone; a folder can't say, so its settings do.
const COME_AGAIN: Duration = Duration::from_secs(7);

/// A sender whose folder comes into trouble for one call, and what a gateway has seen there.
#[derive(Debug)]
struct Gateway {
    place: TempDir,
    config: SpoolConfig,
    sender: SpoolSms,
    trouble: Mutex<Option<Trouble>>,
    seen: Mutex<Vec<PathBuf>>,
}

impl Gateway {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("spool");
        fs::create_dir(&folder).unwrap();
        let config = SpoolConfig { most_waiting: 30, come_again: COME_AGAIN, ..SpoolConfig::new(folder) };
        let sender = SpoolSms::new(config.clone()).unwrap();
        Self { place, config, sender, trouble: Mutex::default(), seen: Mutex::default() }
    }

    fn away(&self) -> PathBuf {
        self.place.path().join("away")
    }

    /// As many files as may lie there, which nobody picks up.
    fn stuck(&self) -> impl Iterator<Item = PathBuf> {
        (0..self.config.most_waiting).map(|n| self.config.folder.join(format!("sms-{n:043}.json")))
    }

    fn begin(&self, trouble: Trouble) {
        match trouble {
            Trouble::Broken => fs::rename(&self.config.folder, self.away()).unwrap(),
            Trouble::Throttled(_) => {
                for file in self.stuck() {
                    fs::write(file, "{}").unwrap();
                }
            }
            other => unreachable!("a folder can't come into {other:?}"),
        }
    }

    fn end(&self, trouble: Trouble) {
        match trouble {
            Trouble::Broken => fs::rename(self.away(), &self.config.folder).unwrap(),
            _ => {
                for file in self.stuck() {
                    fs::remove_file(file).unwrap();
                }
            }
        }
    }

    async fn through_trouble<T>(&self, call: impl Future<Output = T>) -> T {
        let trouble = self.trouble.lock().unwrap().take();
        if let Some(trouble) = trouble {
            self.begin(trouble);
        }
        let answer = call.await;
        if let Some(trouble) = trouble {
            self.end(trouble);
        }
        self.look();
        answer
    }

    fn look(&self) {
        let mut seen = self.seen.lock().unwrap();
        for file in files(&self.config.folder) {
            if !seen.contains(&file) {
                seen.push(file);
            }
        }
    }
}

/// What lies in a folder for a gateway: all but drafts.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let whole = entries.filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
    whole.map(|entry| entry.path()).collect()
}

pub(crate) fn read(file: &Path) -> ReceivedSms {
    let text: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let field = |name: &str| text[name].as_str().map(str::to_owned);
    ReceivedSms { to: field("to").unwrap(), body: field("body").unwrap(), from: field("from") }
}

#[async_trait]
impl SmsSender for Gateway {
    async fn send(&self, message: &SmsMessage) -> Result<ProviderId, PortError> {
        self.through_trouble(self.sender.send(message)).await
    }

    async fn status(&self, id: &ProviderId) -> Result<SmsStatus, PortError> {
        self.sender.status(id).await
    }

    async fn verify(&self) -> Result<(), PortError> {
        self.through_trouble(self.sender.verify()).await
    }
}

#[async_trait]
impl Provider for Gateway {
    async fn received(&self) -> Vec<ReceivedSms> {
        self.seen.lock().unwrap().iter().map(|file| read(file)).collect()
    }

    async fn trouble_next(&self, trouble: Trouble) {
        *self.trouble.lock().unwrap() = Some(trouble);
    }

    fn can_be_in(&self, trouble: Trouble) -> bool {
        matches!(trouble, Trouble::Broken | Trouble::Throttled(_))
    }
}

fn fresh() -> SmsSenderHarness {
    let gateway = Arc::new(Gateway::new());
    SmsSenderHarness {
        sender: gateway.clone(),
        patience: gateway.config.timeout,
        provider: gateway,
        stranger: ProviderId(format!("sms-{}.json", "x".repeat(43))),
    }
}

saaskit_conformance::sms_sender_suite!(std::future::ready(super::fresh()));
