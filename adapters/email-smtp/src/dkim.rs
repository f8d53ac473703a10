//! DKIM signatures (RFC 6376), with RSA or Ed25519 (RFC 8463), relaxed in headers and body.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use saaskit_kernel::Timestamp;

use crate::DkimConfig;

/// The headers that are signed. Those named twice can't be added once more by somebody on the way.
const SIGNED: [&str; 10] = [
    "from",
    "from",
    "to",
    "subject",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "auto-submitted",
];
/// Signatures are long: they are written in lines of so many characters.
const LINE: usize = 70;

/// Signs in the name of a domain.
pub(crate) struct Signer {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

impl Signer {
    /// Nothing, if the key can't be read.
    pub(crate) fn new(config: &DkimConfig) -> Option<Self> {
        let key = match PrivateKeyDer::from_pem_slice(config.private_key.expose().as_bytes()).ok()? {
            PrivateKeyDer::Pkcs1(der) => rsa(RsaKeyPair::from_der(der.secret_pkcs1_der()).ok()?)?,
            PrivateKeyDer::Pkcs8(der) => match Ed25519KeyPair::from_pkcs8(der.secret_pkcs8_der()) {
                Ok(key) => Key::Ed25519(key),
                Err(_) => rsa(RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).ok()?)?,
            },
            _ => return None,
        };
        Some(Self { domain: config.domain.clone(), selector: config.selector.clone(), key })
    }

    /// The mail with its signature before it.
    pub(crate) fn sign(&self, mail: &[u8], at: Timestamp) -> Option<Vec<u8>> {
        let mail = std::str::from_utf8(mail).ok()?;
        let (head, body) = mail.split_once("\r\n\r\n")?;
        let unsigned = self.header(&STANDARD.encode(digest(&SHA256, relaxed_body(body).as_bytes())), at);
        let data = signed_headers(head) + relaxed_header(&unsigned).trim_end();
        let signature = STANDARD.encode(self.key.sign(data.as_bytes())?);
        let lines: Vec<&str> = (0..signature.len())
            .step_by(LINE)
            .filter_map(|at| signature.get(at..signature.len().min(at + LINE)))
            .collect();
        Some(format!("{unsigned}{}\r\n{mail}", lines.join("\r\n ")).into_bytes())
    }

    fn header(&self, body_hash: &str, at: Timestamp) -> String {
        let Self { domain, selector, key } = self;
        format!(
            "DKIM-Signature: v=1; a={}; c=relaxed/relaxed; d={domain};\r\n s={selector}; t={};\r\n h={};\r\n bh={body_hash};\r\n b=",
            key.algorithm(),
            at.millis() / 1000,
            SIGNED.join(":"),
        )
    }
}

/// Receivers refuse shorter keys.
fn rsa(key: RsaKeyPair) -> Option<Key> {
    (256..=1024).contains(&key.public_modulus_len()).then(|| Key::Rsa(Box::new(key)))
}

impl Key {
    fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "rsa-sha256",
            Self::Ed25519(_) => "ed25519-sha256",
        }
    }

    fn sign(&self, data: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), data, &mut signature).ok()?;
                Some(signature)
            }
            Self::Ed25519(key) => Some(key.try_sign(digest(&SHA256, data).as_ref()).ok()?.as_ref().to_vec()),
        }
    }
}

/// The signed headers as they are hashed, each with its line end; one that is named more often than it is there
/// counts as nothing.
fn signed_headers(head: &str) -> String {
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let mut fields: Vec<&str> = head.split("\r\n").collect();
    let mut text = String::new();
    for name in SIGNED {
        let is_it = |field: &&str| {
            field.split_once(':').is_some_and(|(found, _)| found.trim().eq_ignore_ascii_case(name))
        };
        if let Some(place) = fields.iter().rposition(is_it) {
            text += &relaxed_header(fields.remove(place));
        }
    }
    text
}

fn relaxed_header(field: &str) -> String {
    let (name, value) = field.split_once(':').unwrap_or((field, ""));
    let value: Vec<&str> = value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
    format!("{}:{}\r\n", name.trim().to_ascii_lowercase(), value.join(" "))
}

fn relaxed_body(body: &str) -> String {
    let mut text: String = body.split("\r\n").map(|line| relaxed_line(line) + "\r\n").collect();
    while text.ends_with("\r\n\r\n") {
        text.truncate(text.len() - 2);
    }
    if text == "\r\n" { String::new() } else { text }
}

/// Runs of blanks become one, those at the end none.
fn relaxed_line(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    for letter in line.trim_end_matches([' ', '\t']).chars() {
        match letter {
            ' ' | '\t' if text.ends_with(' ') => {}
            '\t' => text.push(' '),
            letter => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 6376, section 3.4.5.
    #[test]
    fn headers_and_bodies_are_relaxed_as_the_standard_shows() {
        assert_eq!(relaxed_header("A: X"), "a:X\r\n");
        assert_eq!(relaxed_header("B : Y\t\r\n\tZ  "), "b:Y Z\r\n");
        assert_eq!(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
        assert_eq!(relaxed_body("\r\n\r\n"), "");
        assert_eq!(relaxed_body("no line end"), "no line end\r\n");
    }

    #[test]
    fn a_header_that_is_there_once_is_signed_once() {
        let head = "Subject: one\r\nX: y\r\nFrom: a\r\n b";
        assert_eq!(signed_headers(head), "from:a b\r\nsubject:one\r\n");
    }
}
