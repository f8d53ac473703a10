use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use saaskit_kernel::{InstallationSecret, Secret, Source, constant_time_eq};

use crate::AttemptKey;

/// What a browser shows to say that an account was signed in to on it before. It proves that by itself: nothing is
/// stored for it.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceToken {
    id: [u8; 16],
    proof: [u8; 32],
}

impl DeviceToken {
    /// A token for whoever has just signed in to that account; `known` keeps its id, so that one browser stays one.
    pub fn issue(
        source: &Source,
        secret: &InstallationSecret,
        account: &AttemptKey,
        epoch: u32,
        known: Option<&Self>,
    ) -> Self {
        let id = known.map_or_else(|| source.bytes(), |known| known.id);
        Self { id, proof: prove(secret, &id, account, epoch) }
    }

    /// Reads what [`Self::to_secret`] showed; anything else is no token.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 48];
        let read = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        let (id, proof) = bytes.split_first_chunk::<16>()?;
        let proof = <[u8; 32]>::try_from(proof).ok()?;
        (read == bytes.len()).then_some(Self { id: *id, proof })
    }

    /// What the browser keeps.
    pub fn to_secret(&self) -> Secret {
        Secret::new(URL_SAFE_NO_PAD.encode([self.id.as_slice(), &self.proof].concat()))
    }

    /// Which browser it is.
    pub fn id(&self) -> &[u8; 16] {
        &self.id
    }

    /// Whether that account was signed in to with it, in that epoch: what was proved before a reset proves nothing
    /// after it.
    pub fn knows(&self, secret: &InstallationSecret, account: &AttemptKey, epoch: u32) -> bool {
        constant_time_eq(&prove(secret, &self.id, account, epoch), &self.proof)
    }
}

fn prove(secret: &InstallationSecret, id: &[u8; 16], account: &AttemptKey, epoch: u32) -> [u8; 32] {
    secret.fingerprint("auth.device", &[id.as_slice(), account.as_bytes(), &epoch.to_be_bytes()].concat())
}

impl fmt::Debug for DeviceToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use saaskit_kernel::Email;

    use super::*;

    fn secret(byte: u8) -> InstallationSecret {
        InstallationSecret::from_bytes([byte; 32])
    }

    fn account(local: &str) -> AttemptKey {
        AttemptKey::of_account(&secret(1), &Email::parse(&format!("{local}@example.org")).unwrap())
    }

    #[test]
    fn it_proves_one_account_under_one_installation_and_keeps_its_id() {
        let source = Source::system();
        let ana = DeviceToken::issue(&source, &secret(1), &account("ana"), 0, None);
        assert!(ana.knows(&secret(1), &account("ana"), 0));
        assert!(!ana.knows(&secret(1), &account("eva"), 0));
        assert!(!ana.knows(&secret(2), &account("ana"), 0));
        assert!(!ana.knows(&secret(1), &account("ana"), 1));

        let eva = DeviceToken::issue(&source, &secret(1), &account("eva"), 0, Some(&ana));
        assert_eq!(eva.id(), ana.id());
        assert!(eva.knows(&secret(1), &account("eva"), 0) && !eva.knows(&secret(1), &account("ana"), 0));
        assert_ne!(DeviceToken::issue(&source, &secret(1), &account("ana"), 0, None).id(), ana.id());
    }

    proptest! {
        #[test]
        fn only_what_was_shown_parses_and_a_changed_byte_proves_nothing(at in 0..64_usize, other in "[A-Za-z0-9_-]") {
            let token = DeviceToken::issue(&Source::system(), &secret(1), &account("ana"), 0, None);
            let shown = token.to_secret();
            prop_assert_eq!(&DeviceToken::parse(shown.expose()), &Some(token));
            let mut changed = shown.expose().to_owned();
            changed.replace_range(at..=at, &other);
            let knows = DeviceToken::parse(&changed).is_some_and(|read| read.knows(&secret(1), &account("ana"), 0));
            prop_assert_eq!(knows, changed == shown.expose());
            changed.push('A');
            prop_assert_eq!(DeviceToken::parse(&changed), None);
        }
    }
}
