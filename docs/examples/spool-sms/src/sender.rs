use std::sync::Arc;

use async_trait::async_trait;
use saaskit_kernel::{ErrorKind, PortError, ProviderId, SmsMessage, SmsSender, SmsStatus};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::spool::{self, Sheet};
use crate::{NAME, SpoolConfig};

/// Lays text messages down in a folder.
#[derive(Debug)]
pub struct SpoolSms {
    config: Arc<SpoolConfig>,
    turn: Arc<Mutex<()>>,
}

impl SpoolSms {
    /// Lays them down in that folder. Nothing is looked at yet.
    pub fn new(config: SpoolConfig) -> Result<Self, PortError> {
        config.check().map_err(|invalid| PortError::new(ErrorKind::Invalid, NAME).because(invalid))?;
        Ok(Self { config: Arc::new(config), turn: Arc::default() })
    }

    /// Works on the folder, one at a time: a disk that hangs holds one thread, not all of them. Work that was begun
    /// is done to its end, also when nobody waits for it any longer.
    async fn work<T, W>(&self, work: W) -> Result<T, PortError>
    where
        T: Send + 'static,
        W: FnOnce(&SpoolConfig) -> Result<T, PortError> + Send + 'static,
    {
        let patience = self.config.timeout;
        let turn = timeout(patience, self.turn.clone().lock_owned())
            .await
            .map_err(|_| PortError::new(ErrorKind::Unavailable, NAME).because("the disk is busy"))?;
        let config = self.config.clone();
        let working = spawn_blocking(move || {
            let answer = work(&config);
            drop(turn);
            answer
        });
        match timeout(patience, working).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(broken_off)) => Err(PortError::new(ErrorKind::Unexpected, NAME).because(broken_off)),
            Err(elapsed) => Err(PortError::new(ErrorKind::TimedOut, NAME).because(elapsed)),
        }
    }
}

#[async_trait]
impl SmsSender for SpoolSms {
    async fn send(&self, message: &SmsMessage) -> Result<ProviderId, PortError> {
        let sheet = Sheet::of(message)?;
        let name = sheet.name().to_owned();
        self.work(move |config| spool::lay_down(config, &sheet)).await?;
        Ok(ProviderId(name))
    }

    async fn status(&self, id: &ProviderId) -> Result<SmsStatus, PortError> {
        if !spool::is_name(&id.0) {
            return Err(PortError::new(ErrorKind::Rejected, NAME).because("no message has such an id"));
        }
        let name = id.0.clone();
        let lies_there = self.work(move |config| spool::holds(config, &name)).await?;
        Ok(if lies_there { SmsStatus::Queued } else { SmsStatus::Unknown })
    }

    async fn verify(&self) -> Result<(), PortError> {
        self.work(spool::try_out).await
    }
}
