use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

use saaskit_kernel::{ErrorKind, PortError, Sealed, Sealer};
use zeroize::Zeroizing;

/// Hides bytes behind a counted pad that depends on the context. It keeps the contract and nothing secret.
#[derive(Debug)]
pub(crate) struct FakeSealer {
    ring: Vec<u64>,
    seals: AtomicU64,
}

impl FakeSealer {
    /// The first key seals, all open.
    pub(crate) fn new(ring: &[u64]) -> Self {
        Self { ring: ring.to_vec(), seals: AtomicU64::default() }
    }
}

/// The key, the nonce and the tag.
const HEAD: usize = 24;

impl Sealer for FakeSealer {
    fn seal(&self, context: &str, secret: &[u8]) -> Result<Sealed, PortError> {
        let (key, count) = (self.ring[0], self.seals.fetch_add(1, Ordering::SeqCst));
        let nonce = count ^ (key << 32);
        let head = [key, nonce, tag(nonce, context, secret)].map(u64::to_be_bytes).concat();
        Ok(Sealed::from_bytes([head, padded(nonce, context, secret)].concat()))
    }

    fn open(&self, context: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, PortError> {
        let refused = || PortError::new(ErrorKind::Rejected, "fake sealer");
        let (head, hidden) = sealed.as_bytes().split_at_checked(HEAD).ok_or_else(refused)?;
        let [key, nonce, found] = [0, 8, 16].map(|at| number(&head[at..at + 8]));
        let secret = padded(nonce, context, hidden);
        let opens = self.ring.contains(&key) && tag(nonce, context, &secret) == found;
        if opens { Ok(Zeroizing::new(secret)) } else { Err(refused()) }
    }

    fn is_current(&self, sealed: &Sealed) -> bool {
        sealed.as_bytes().starts_with(&self.ring[0].to_be_bytes())
    }
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes.try_into().unwrap())
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
