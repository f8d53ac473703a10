use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use saaskit_kernel::{EmailMessage, EmailSender, ErrorKind, PortError, ProviderId};

/// Keeps mail for a test to look at, and fails when it is told to.
#[derive(Debug, Default)]
pub struct MemoryEmailSender {
    mails: Mutex<Mails>,
}

#[derive(Debug, Default)]
struct Mails {
    sent: Vec<EmailMessage>,
    failures: VecDeque<ErrorKind>,
}

impl MemoryEmailSender {
    /// Every mail that was taken, in order, each try of its own.
    pub fn sent(&self) -> Vec<EmailMessage> {
        self.mails().sent.clone()
    }

    /// Lets the next `sends` fail, after those that fail already.
    pub fn fail_next(&self, sends: usize, kind: ErrorKind) {
        self.mails().failures.extend(std::iter::repeat_n(kind, sends));
    }

    fn mails(&self) -> MutexGuard<'_, Mails> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl EmailSender for MemoryEmailSender {
    async fn send(&self, message: &EmailMessage) -> Result<ProviderId, PortError> {
        let mut mails = self.mails();
        if let Some(kind) = mails.failures.pop_front() {
            return Err(PortError::new(kind, "memory"));
        }
        mails.sent.push(message.clone());
        Ok(ProviderId(format!("memory-{}", mails.sent.len())))
    }

    async fn verify(&self) -> Result<(), PortError> {
        Ok(())
    }
}
