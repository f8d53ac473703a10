use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

use saaskit_kernel::{ErrorKind, PortError, Sealed, Sealer};
use zeroize::Zeroizing;

/// Hides bytes behind a counted pad that depends on the context. It keeps the contract and nothing secret.
#[derive(Debug, Default)]
pub(crate) struct FakeSealer(AtomicU64);

const HEAD: usize = 16;

impl Sealer for FakeSealer {
    fn seal(&self, context: &str, secret: &[u8]) -> Result<Sealed, PortError> {
        let nonce = self.0.fetch_add(1, Ordering::SeqCst);
        let head = [nonce.to_be_bytes(), tag(nonce, context, secret).to_be_bytes()].concat();
        Ok(Sealed::from_bytes([head, padded(nonce, context, secret)].concat()))
    }

    fn open(&self, context: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, PortError> {
        let refused = || PortError::new(ErrorKind::Rejected, "fake sealer");
        let (head, hidden) = sealed.as_bytes().split_at_checked(HEAD).ok_or_else(refused)?;
        let [nonce, found] =
            [&head[..8], &head[8..]].map(|part| u64::from_be_bytes(part.try_into().unwrap()));
        let secret = padded(nonce, context, hidden);
        if tag(nonce, context, &secret) == found { Ok(Zeroizing::new(secret)) } else { Err(refused()) }
    }
}

fn tag(nonce: u64, context: &str, secret: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (nonce, context, secret).hash(&mut hasher);
    hasher.finish()
}

fn padded(nonce: u64, context: &str, bytes: &[u8]) -> Vec<u8> {
    let pad = (0..).flat_map(|block: u64| tag(nonce, context, &block.to_be_bytes()).to_be_bytes());
    bytes.iter().zip(pad).map(|(byte, pad)| byte ^ pad).collect()
}
