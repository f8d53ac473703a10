use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use saaskit_kernel::Secret;
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";
const LINE: usize = 64;

/// PKCS #8 DER as PEM (RFC 7468 section 10).
pub(crate) fn encode(der: &[u8]) -> Secret {
    let text = Zeroizing::new(STANDARD.encode(der));
    let mut pem =
        Zeroizing::new(String::with_capacity(text.len() + text.len() / LINE + BEGIN.len() + END.len() + 4));
    pem.push_str(BEGIN);
    for (at, letter) in text.chars().enumerate() {
        if at % LINE == 0 {
            pem.push('\n');
        }
        pem.push(letter);
    }
    pem.push('\n');
    pem.push_str(END);
    pem.push('\n');
    Secret::new(std::mem::take(&mut *pem))
}

/// The private keys of a text that holds one after another, each as PEM of its own. What follows the last one is none,
/// unless it is blank.
pub fn private_keys(pems: &Secret) -> Vec<Secret> {
    let keys = pems.expose().split_inclusive(END).filter(|key| !key.trim().is_empty());
    keys.map(Secret::new).collect()
}

/// The DER of the PEM's private key. Nothing, if there is none in PKCS #8.
pub(crate) fn decode(pem: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, rest) = pem.split_once(BEGIN)?;
    let (text, _) = rest.split_once(END)?;
    let text: Zeroizing<String> = Zeroizing::new(text.split_ascii_whitespace().collect());
    STANDARD.decode(text.as_bytes()).ok().map(Zeroizing::new)
}
