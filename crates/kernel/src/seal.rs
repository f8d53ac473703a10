use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::PortError;

/// Bytes that only a [`Sealer`] with the right key can read; names its key.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// From stored bytes.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// For stores.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[sealed, {} bytes]", self.0.len())
    }
}

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD_NO_PAD.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// Seals secrets that must be read back.
///
/// # Contract
///
/// - What was sealed opens to the same bytes, under the same context.
/// - Another context, a changed byte or a cut end refuses to open with `Rejected`.
/// - Sealing the same bytes twice gives different seals.
/// - A seal made by an older key of the ring still opens; new seals use the first key.
/// - A seal by a key that is not in the ring refuses to open with `Rejected`.
/// - A seal is current if the first key made it, and no other is.
pub trait Sealer: fmt::Debug + Send + Sync + 'static {
    /// Seals `secret` for one context, such as `notify.message:` and the message's id: it opens nowhere else.
    fn seal(&self, context: &str, secret: &[u8]) -> Result<Sealed, PortError>;

    /// Opens a seal made for that context.
    fn open(&self, context: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, PortError>;

    /// Whether a new seal would be made by the same key.
    fn is_current(&self, sealed: &Sealed) -> bool;
}
