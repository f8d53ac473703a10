use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use hmac::{Hmac, KeyInit as _, Mac as _};
use saaskit_kernel::{
    Disposition, Download, ObjectKey, PortError, Secret, SignedRequest, SignedUrls, Source, Upload,
    UrlVerifier, constant_time_eq,
};
use sha2::Sha256;

use crate::config::{InvalidLocalUrls, LocalUrlsConfig};
use crate::failure::ADAPTER;
use crate::query::{self, from_hex};

/// Signs URLs that our own server serves, and knows them again.
#[derive(Clone)]
pub struct LocalUrls {
    place: String,
    secrets: Vec<Secret>,
    source: Source,
}

impl fmt::Debug for LocalUrls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalUrls").field("place", &self.place).finish_non_exhaustive()
    }
}

impl LocalUrls {
    /// With that configuration.
    pub fn new(config: LocalUrlsConfig, source: Source) -> Result<Self, InvalidLocalUrls> {
        config.check()?;
        Ok(Self { place: config.place, secrets: config.secrets, source })
    }

    fn url(&self, parts: &Parts<'_>, lasts: Duration) -> Result<Secret, PortError> {
        SignedRequest::check_time(lasts, ADAPTER)?;
        let expires = self.source.now().plus(lasts).seconds();
        let signature = self.secrets.first().map(|secret| hex::encode(signature(secret, expires, parts)));
        let (expires, signature) = (expires.to_string(), signature.unwrap_or_default());
        let mut pairs = vec![("key", parts.key), ("expires", &*expires)];
        pairs.extend(parts.shown());
        pairs.push(("signature", &signature));
        Ok(Secret::new(format!("{}?{}", self.place, query::write(&pairs))))
    }

    fn is_good(&self, signed: &str, expires: i64, parts: &Parts<'_>) -> bool {
        let Some(signed) = from_hex::<32>(signed) else { return false };
        let known = |secret| constant_time_eq(&signature(secret, expires, parts), &signed);
        // All are compared, so that the time does not tell which of them signed.
        let known = self.secrets.iter().fold(false, |found, secret| known(secret) | found);
        known && self.source.now().seconds() < expires
    }
}

/// All that is signed besides the time.
struct Parts<'a> {
    key: &'a str,
    deed: Deed<'a>,
}

enum Deed<'a> {
    Get { disposition: &'a str, file_name: &'a str },
    Put { content_type: &'a str, length: u64, sha256: Option<&'a str> },
}

impl<'a> Parts<'a> {
    /// What of it stands in the URL; type and length stand in the headers of the request.
    fn shown(&self) -> Vec<(&'static str, &'a str)> {
        match self.deed {
            Deed::Get { disposition, file_name } => vec![("disposition", disposition), ("name", file_name)],
            Deed::Put { sha256, .. } => sha256.into_iter().map(|sum| ("sha256", sum)).collect(),
        }
    }
}

/// The HMAC over every part with its length before it, so that no part can be taken for two.
fn signature(secret: &Secret, expires: i64, parts: &Parts<'_>) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("any length");
    let mut sign = |part: &[u8]| {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    };
    sign(b"saaskit.objects.1");
    sign(&expires.to_be_bytes());
    sign(parts.key.as_bytes());
    match parts.deed {
        Deed::Get { disposition, file_name } => {
            for part in ["GET", disposition, file_name] {
                sign(part.as_bytes());
            }
        }
        Deed::Put { content_type, length, sha256 } => {
            for part in ["PUT", content_type, sha256.unwrap_or_default()] {
                sign(part.as_bytes());
            }
            sign(&length.to_be_bytes());
        }
    }
    mac.finalize().into_bytes().into()
}

const fn word(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Inline => "inline",
        Disposition::Attachment => "attachment",
    }
}

#[async_trait]
impl SignedUrls for LocalUrls {
    async fn download(&self, download: &Download, lasts: Duration) -> Result<SignedRequest, PortError> {
        let Download { key, file_name, disposition } = download;
        let deed = Deed::Get { disposition: word(*disposition), file_name };
        let url = self.url(&Parts { key: key.as_str(), deed }, lasts)?;
        Ok(SignedRequest { url, headers: Vec::new() })
    }

    async fn upload(&self, upload: &Upload, lasts: Duration) -> Result<SignedRequest, PortError> {
        upload.check(ADAPTER)?;
        let Upload { key, content_type, length, sha256 } = upload;
        let sha256 = sha256.map(hex::encode);
        let deed = Deed::Put { content_type, length: *length, sha256: sha256.as_deref() };
        let url = self.url(&Parts { key: key.as_str(), deed }, lasts)?;
        Ok(SignedRequest { url, headers: vec![("content-type".to_owned(), content_type.clone())] })
    }
}

impl UrlVerifier for LocalUrls {
    fn may_download(&self, query: &str) -> Option<Download> {
        let mut asked = query::read(query)?;
        let mut take = |name| asked.remove(name);
        let (key, expires, signed) = (take("key")?, take("expires")?, take("signature")?);
        let (shown, file_name) = (take("disposition")?, take("name")?);
        let dispositions = [Disposition::Inline, Disposition::Attachment];
        let disposition = dispositions.into_iter().find(|known| word(*known) == shown)?;
        let deed = Deed::Get { disposition: &shown, file_name: &file_name };
        let good = self.is_good(&signed, seconds(&expires)?, &Parts { key: &key, deed });
        let key = ObjectKey::parse(&key).ok()?;
        (good && asked.is_empty()).then_some(Download { key, file_name, disposition })
    }

    fn may_upload(&self, query: &str, content_type: &str, length: u64) -> Option<Upload> {
        let mut asked = query::read(query)?;
        let mut take = |name| asked.remove(name);
        let (key, expires, signed) = (take("key")?, take("expires")?, take("signature")?);
        let shown = take("sha256");
        let sha256 = shown.as_deref().map(|sum| from_hex(sum).ok_or(())).transpose().ok()?;
        let deed = Deed::Put { content_type, length, sha256: shown.as_deref() };
        let good = self.is_good(&signed, seconds(&expires)?, &Parts { key: &key, deed });
        let (key, content_type) = (ObjectKey::parse(&key).ok()?, content_type.to_owned());
        (good && asked.is_empty()).then_some(Upload { key, content_type, length, sha256 })
    }
}

/// A time as it is written, and no other way.
fn seconds(text: &str) -> Option<i64> {
    text.parse().ok().filter(|seconds: &i64| seconds.to_string() == text)
}
