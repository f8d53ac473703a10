use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{Code, Invalid, Secret};

/// A one-time secret of 32 random bytes, shown as 43 characters of base64url. Only its [`TokenHash`] is stored.
#[derive(Clone)]
pub struct Token(Zeroizing<[u8; 32]>);

impl Token {
    /// Wraps 32 random bytes; see [`crate::Source::token`].
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads back what [`Self::to_secret`] showed, and nothing else.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let refused = || Invalid::new(Code::malformed("TOKEN_INVALID"), "not a token");
        let mut bytes = Zeroizing::new([0; 32]);
        let read = URL_SAFE_NO_PAD.decode_slice(text, bytes.as_mut_slice()).map_err(|_| refused())?;
        if read == bytes.len() { Ok(Self(bytes)) } else { Err(refused()) }
    }

    /// What its owner is given.
    pub fn to_secret(&self) -> Secret {
        Secret::new(URL_SAFE_NO_PAD.encode(self.0.as_slice()))
    }

    /// What is stored. A plain hash is enough: 256 random bits can't be searched (SP 800-63B-4 section 3.1.2).
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_slice()).into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// SHA-256 of a [`Token`], compared in constant time.
#[derive(Clone, Copy)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// From a stored hash.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// For stores.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}
impl Eq for TokenHash {}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hash]")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_shown_parses_to_the_same_hash(bytes: [u8; 32]) {
            let token = Token::from_bytes(bytes);
            let again = Token::parse(token.to_secret().expose()).unwrap();
            prop_assert_eq!(again.hash(), token.hash());
        }

        #[test]
        fn nothing_else_parses(text in "\\PC{0,60}") {
            if let Ok(token) = Token::parse(&text) {
                let shown = token.to_secret();
                prop_assert_eq!(shown.expose(), text);
            }
        }
    }
}
