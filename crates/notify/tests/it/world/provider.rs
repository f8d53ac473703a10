use std::sync::Mutex;

use async_trait::async_trait;
use saaskit_kernel::{Email, EmailMessage, EmailSender, ErrorKind, PortError, ProviderId};

/// A provider that remembers every try and refuses as often as it is told to.
#[derive(Debug, Default)]
pub(crate) struct Provider {
    tries: Mutex<Vec<EmailMessage>>,
    refusals: Mutex<Vec<ErrorKind>>,
    poison: Mutex<Option<(Email, ErrorKind)>>,
}

impl Provider {
    /// The next `sends` are refused.
    pub(crate) fn refuse(&self, sends: usize, kind: ErrorKind) {
        self.refusals.lock().unwrap().extend(std::iter::repeat_n(kind, sends));
    }

    /// Whatever goes to that address is refused, always.
    pub(crate) fn always_refuse(&self, address: Email, kind: ErrorKind) {
        *self.poison.lock().unwrap() = Some((address, kind));
    }

    /// Every mail it was handed, taken or not.
    pub(crate) fn tries(&self) -> Vec<EmailMessage> {
        self.tries.lock().unwrap().clone()
    }
}

#[async_trait]
impl EmailSender for Provider {
    async fn send(&self, message: &EmailMessage) -> Result<ProviderId, PortError> {
        let mut tries = self.tries.lock().unwrap();
        tries.push(message.clone());
        if let Some((_, kind)) =
            self.poison.lock().unwrap().as_ref().filter(|(to, _)| *to == message.to.email)
        {
            return Err(PortError::new(*kind, "provider"));
        }
        match self.refusals.lock().unwrap().pop() {
            Some(kind) => Err(PortError::new(kind, "provider")),
            None => Ok(ProviderId(format!("provider-{}", tries.len()))),
        }
    }

    async fn verify(&self) -> Result<(), PortError> {
        Ok(())
    }
}
