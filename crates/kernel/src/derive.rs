use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The one random secret of an installation. Keys for cursors, CSRF tokens, attempt counters and fingerprints
/// are derived from it, each by its label, and outlive the rotation of signing keys.
#[derive(Clone)]
pub struct InstallationSecret(Zeroizing<[u8; 32]>);

impl InstallationSecret {
    /// Wraps 32 random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, to be sealed.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key for one purpose: HKDF-Expand with SHA-256 (RFC 5869 section 2.3); the secret is uniform, so
    /// extraction is not needed (section 3.3).
    pub fn key(&self, label: &str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(mac(self.0.as_slice(), &[label.as_bytes(), &[1]]))
    }

    /// A keyed fingerprint of `value` for one purpose, as stable as the installation.
    pub fn fingerprint(&self, label: &str, value: &[u8]) -> [u8; 32] {
        mac(self.key(label).as_slice(), &[value])
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

impl fmt::Debug for InstallationSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Compares two secrets in a time that depends on their lengths only.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_give_unrelated_keys_that_never_change() {
        let secret = InstallationSecret::from_bytes([7; 32]);
        assert_ne!(secret.key("cursor"), secret.key("csrf"));
        assert_eq!(secret.key("cursor"), InstallationSecret::from_bytes([7; 32]).key("cursor"));
    }

    /// RFC 5869 A.1's PRK and info give the first block of its OKM.
    #[test]
    fn it_is_hkdf_expand() {
        let prk: [u8; 32] = [
            0x07, 0x77, 0x09, 0x36, 0x2c, 0x2e, 0x32, 0xdf, 0x0d, 0xdc, 0x3f, 0x0d, 0xc4, 0x7b, 0xba, 0x63,
            0x90, 0xb6, 0xc7, 0x3b, 0xb5, 0x0f, 0x9c, 0x31, 0x22, 0xec, 0x84, 0x4a, 0xd7, 0xc2, 0xb3, 0xe5,
        ];
        let info = [0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9];
        let block = mac(&prk, &[&info, &[1]]);
        assert_eq!(block[..8], [0x3c, 0xb2, 0x5f, 0x25, 0xfa, 0xac, 0xd5, 0x7a]);
    }
}
