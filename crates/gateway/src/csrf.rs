use saaskit_kernel::{InstallationSecret, Source, Token, constant_time_eq};

/// Makes and checks the proof that a page of ours sent a request: what only a page can know that may read what is
/// shown to the cookie's owner.
#[derive(Debug, Clone)]
pub struct Csrf {
    secret: InstallationSecret,
    source: Source,
}

/// Where a request carries that proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsrfProof<'a> {
    /// In its header, if it has one.
    Header(Option<&'a str>),
    /// In a field of the form it posts: whoever reads the form checks it.
    Form,
}

impl Csrf {
    /// Proofs of that installation.
    pub fn new(secret: InstallationSecret, source: Source) -> Self {
        Self { secret, source }
    }

    /// A proof for the owner of that session cookie; another one each time, so that what is compressed with it
    /// tells nothing of it.
    pub fn token(&self, cookie: &str) -> String {
        let nonce = self.source.token().to_secret();
        let proof = self.proof(nonce.expose(), cookie);
        format!("{}.{}", nonce.expose(), proof.to_secret().expose())
    }

    /// Whether `token` was made for the owner of that session cookie.
    pub fn is_good(&self, token: &str, cookie: &str) -> bool {
        let Some((nonce, shown)) = token.split_once('.') else { return false };
        let proof = self.proof(nonce, cookie).to_secret();
        constant_time_eq(proof.expose().as_bytes(), shown.as_bytes())
    }

    fn proof(&self, nonce: &str, cookie: &str) -> Token {
        let text = [nonce, ".", cookie].concat();
        Token::from_bytes(self.secret.fingerprint("gateway.csrf", text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csrf(byte: u8) -> Csrf {
        Csrf::new(InstallationSecret::from_bytes([byte; 32]), Source::system())
    }

    #[test]
    fn a_token_is_good_for_its_cookie_and_installation_only() {
        let token = csrf(7).token("cookie");
        assert!(csrf(7).is_good(&token, "cookie"));
        assert!(!csrf(7).is_good(&token, "another"));
        assert!(!csrf(8).is_good(&token, "cookie"));
        let (nonce, proof) = token.split_once('.').unwrap();
        for text in ["", ".", nonce, proof, &format!("{proof}.{nonce}"), &format!("x{token}")] {
            assert!(!csrf(7).is_good(text, "cookie"), "{text}");
        }
    }

    #[test]
    fn no_two_tokens_are_the_same() {
        assert_ne!(csrf(7).token("cookie"), csrf(7).token("cookie"));
    }
}
