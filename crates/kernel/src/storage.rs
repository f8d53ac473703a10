mod behind;
mod disposition;
mod measure;
mod migration;
mod moving;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;

use crate::{Code, ErrorKind, Invalid, PortError, Secret, Timestamp};

pub use measure::Measure;
pub use migration::{Fate, Migrated, StorageMigration};
pub use moving::{MovingStorage, StoragePlace};

/// Where an object lies: segments divided by `/`, 1 to 1,024 bytes in all. No segment is empty, `.` or `..`, is longer
/// than 250 bytes, or holds a control character or a backslash: a key means the same in a folder and in a bucket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// Validates a key.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let sane = |segment: &str| {
            !matches!(segment, "" | "." | "..")
                && segment.len() <= 250
                && !segment.chars().any(|c| c.is_control() || c == '\\')
        };
        if text.len() <= 1024 && text.split('/').all(sane) {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new(Code::validation("OBJECT_KEY_INVALID"), "not a key of an object"))
    }

    /// The key as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The bytes of an object, in the order in which they come. An error ends them.
pub type Bytestream = BoxStream<'static, Result<Bytes, PortError>>;

/// An object to be stored.
pub struct NewObject {
    /// Where it is to lie.
    pub key: ObjectKey,
    /// What it is: a media type, `image/png`, in ASCII and at most 255 bytes.
    pub content_type: String,
    /// Anything else that is to be known of it: names of lower-case letters, digits and `-` that do not begin with
    /// `saaskit-`, values in visible ASCII, 2 KiB in all.
    pub metadata: BTreeMap<String, String>,
    /// How many bytes there are: at most [`NewObject::LARGEST`].
    pub length: u64,
    /// Their SHA-256, where it is known beforehand.
    pub sha256: Option<[u8; 32]>,
    /// The bytes.
    pub body: Bytestream,
}

impl NewObject {
    /// The most bytes an object may have: 5 GiB, the most that every bucket copies at once.
    pub const LARGEST: u64 = 5 * 1024 * 1024 * 1024;
    /// The most bytes the names and values of its metadata may have together.
    pub const LARGEST_METADATA: usize = 2048;

    /// Nothing, if it can be kept; otherwise the refusal of the adapter of that name.
    pub fn check(&self, adapter: &'static str) -> Result<(), PortError> {
        let named = |name: &str| {
            let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
            !name.is_empty() && name.bytes().all(plain) && !name.starts_with("saaskit-")
        };
        let visible = |value: &str| !value.is_empty() && value.bytes().all(|c| c.is_ascii_graphic());
        let size: usize = self.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
        let rules = [
            (!is_media_type(&self.content_type), "the type is no media type"),
            (self.length > Self::LARGEST, "it is larger than an object may be"),
            (size > Self::LARGEST_METADATA, "there is too much metadata"),
            (!self.metadata.keys().all(|name| named(name)), "a name of its metadata is not allowed"),
            (!self.metadata.values().all(|value| visible(value)), "a value of its metadata is not allowed"),
        ];
        refuse_broken(&rules, adapter)
    }
}

fn is_media_type(text: &str) -> bool {
    let (kind, rest) = text.split_once('/').unwrap_or_default();
    let of_a_token = |c: u8| c.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&c);
    let subtype = rest.split(';').next().unwrap_or_default().trim_end();
    let named = |name: &str| !name.is_empty() && name.bytes().all(of_a_token);
    let printable = text.bytes().all(|c| c.is_ascii_graphic() || c == b' ');
    text.len() <= 255 && named(kind) && named(subtype) && printable && !text.ends_with(' ')
}

fn refuse_broken(rules: &[(bool, &'static str)], adapter: &'static str) -> Result<(), PortError> {
    match rules.iter().find(|(broken, _)| *broken) {
        Some((_, rule)) => Err(PortError::new(ErrorKind::Invalid, adapter).because(*rule)),
        None => Ok(()),
    }
}

/// The body is left out of a debug print.
impl fmt::Debug for NewObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewObject")
            .field("key", &self.key)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// What is known of an object that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Where it lies.
    pub key: ObjectKey,
    /// What it is.
    pub content_type: String,
    /// What else was said of it.
    pub metadata: BTreeMap<String, String>,
    /// How many bytes there are.
    pub length: u64,
    /// Their SHA-256; nothing where a stranger put them by a signed URL, or past us, and nobody read them since.
    pub sha256: Option<[u8; 32]>,
    /// Names these bytes, in visible ASCII without quotation marks: where they are others, it is another.
    pub tag: String,
    /// When it was stored, to the second at least.
    pub stored_at: Timestamp,
}

impl ObjectInfo {
    /// The part of a range that the object has; `None` where it begins at or after the end, or holds nothing.
    pub fn cut(&self, range: &Range<u64>) -> Option<Range<u64>> {
        let end = range.end.min(self.length);
        (range.start < end).then_some(range.start..end)
    }
}

/// An object that is being read.
pub struct StoredObject {
    /// What is known of the whole object.
    pub info: ObjectInfo,
    /// The bytes that were asked for.
    pub body: Bytestream,
}

impl StoredObject {
    /// The whole of it, to be stored once more under a key.
    pub fn to_be_put_at(self, key: ObjectKey) -> NewObject {
        let ObjectInfo { content_type, metadata, length, sha256, .. } = self.info;
        NewObject { key, content_type, metadata, length, sha256, body: self.body }
    }
}

/// The body is left out of a debug print.
impl fmt::Debug for StoredObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredObject").field("info", &self.info).finish_non_exhaustive()
    }
}

/// What an object may take the place of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Over {
    /// Whatever lies there, if anything does.
    Anything,
    /// Nothing: it is to be the first.
    Nothing,
    /// Just the bytes of that tag.
    Tag(String),
}

impl Over {
    /// Whether what lies there may be replaced, by its tag.
    pub fn allows(&self, there: Option<&str>) -> bool {
        match self {
            Self::Anything => true,
            Self::Nothing => there.is_none(),
            Self::Tag(tag) => there == Some(tag),
        }
    }
}

/// Keeps files.
///
/// # Contract
///
/// - What was put is got back byte for byte, with its type, metadata, length and checksum, streamed both ways: an
///   object may be larger than memory. Asking never reads it to know its checksum.
/// - What a get says of an object is of the very bytes it gives, whatever is put meanwhile.
/// - A put over a tag, or over nothing, stores in the place of just that; if something else lies there it is `None`
///   and stays as it is. Nobody can put in between.
/// - An object is there as a whole or not at all: a put that fails, is dropped or breaks off leaves what was there
///   before; putting again replaces it.
/// - A body of another length or checksum than was said is `Invalid`, and nothing is stored; so is an object that
///   [`NewObject::check`] refuses.
/// - A range is cut to the object's end; one that begins at or after it, or holds nothing, is `Invalid`.
/// - Getting and heading what is not there is `None`; removing it is no failure.
/// - A list gives each object below the prefix once, in the order of their keys, at most `limit` at a time, from
///   after the given key on. A prefix ends where a segment ends.
/// - A copy is like a put of the same object; copying what is not there is `false`.
#[async_trait]
pub trait Storage: fmt::Debug + Send + Sync + 'static {
    /// Stores an object, if that is there which it may take the place of.
    async fn put_over(&self, object: NewObject, over: Over) -> Result<Option<ObjectInfo>, PortError>;

    /// Stores an object.
    async fn put(&self, object: NewObject) -> Result<ObjectInfo, PortError> {
        let stored = self.put_over(object, Over::Anything).await?;
        let refused = || PortError::new(ErrorKind::Unexpected, "storage").because("refused without a reason");
        stored.ok_or_else(refused)
    }

    /// Reads an object, or the bytes of it in `range`.
    async fn get(
        &self,
        key: &ObjectKey,
        range: Option<Range<u64>>,
    ) -> Result<Option<StoredObject>, PortError>;

    /// What is known of an object.
    async fn head(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, PortError>;

    /// Removes an object.
    async fn remove(&self, key: &ObjectKey) -> Result<(), PortError>;

    /// The keys below a prefix, or all, from after `after` on; fewer than `limit` are the last.
    async fn list(
        &self,
        prefix: Option<&ObjectKey>,
        after: Option<&ObjectKey>,
        limit: usize,
    ) -> Result<Vec<ObjectKey>, PortError>;

    /// Copies an object; says whether it was there.
    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<bool, PortError>;

    /// Whether the backend takes and gives objects now.
    async fn ping(&self) -> Result<(), PortError>;
}

/// How a browser is to treat what it downloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Disposition {
    /// Show it.
    Inline,
    /// Save it.
    Attachment,
}

/// A download somebody is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// Which object.
    pub key: ObjectKey,
    /// What it is to be saved as; may hold anything, and is encoded where it is shown.
    pub file_name: String,
    /// Shown or saved.
    pub disposition: Disposition,
}

/// An upload somebody is allowed: of just this type, length and checksum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Where it is to lie.
    pub key: ObjectKey,
    /// What it has to be.
    pub content_type: String,
    /// How many bytes it has to have.
    pub length: u64,
    /// Their SHA-256, where it is known beforehand.
    pub sha256: Option<[u8; 32]>,
}

/// A request that somebody else may make once or more, until its time is over.
#[derive(Debug, Clone)]
pub struct SignedRequest {
    /// Where to. Whoever knows it may do it.
    pub url: Secret,
    /// The headers that have to be sent, besides those every client sends.
    pub headers: Vec<(String, String)>,
}

impl SignedRequest {
    /// The longest time for which something can be signed: 7 days.
    pub const LONGEST: Duration = Duration::from_hours(7 * 24);

    /// Nothing, if something can be signed for so long; otherwise the refusal of the adapter of that name.
    pub fn check_time(lasts: Duration, adapter: &'static str) -> Result<(), PortError> {
        let fits = (Duration::from_secs(1)..=Self::LONGEST).contains(&lasts);
        refuse_broken(&[(!fits, "a signature lasts a second at least and 7 days at most")], adapter)
    }
}

impl Upload {
    /// Nothing, if it can be signed; otherwise the refusal of the adapter of that name.
    pub fn check(&self, adapter: &'static str) -> Result<(), PortError> {
        let rules = [
            (!is_media_type(&self.content_type), "the type is no media type"),
            (self.length > NewObject::LARGEST, "it is larger than an object may be"),
        ];
        refuse_broken(&rules, adapter)
    }
}

/// Lets others get and put single objects without asking us each time.
///
/// # Contract
///
/// - What is signed works as it stands until its time is over, as often as one likes, and not afterwards.
/// - With another method, key, type, length, checksum, disposition or time than was signed it is refused.
/// - What is put is as whole as by [`Storage::put`]; its checksum need not be known, unless it was signed.
/// - Less than a second and more than 7 days is `Invalid`.
/// - No URL holds a secret other than its own signature.
#[async_trait]
pub trait SignedUrls: fmt::Debug + Send + Sync + 'static {
    /// Lets somebody read an object by GET, for so long.
    async fn download(&self, download: &Download, lasts: Duration) -> Result<SignedRequest, PortError>;

    /// Lets somebody store an object by PUT, for so long.
    async fn upload(&self, upload: &Upload, lasts: Duration) -> Result<SignedRequest, PortError>;
}

/// Knows again what its own [`SignedUrls`] signed, where no provider serves the objects and we do it ourselves. What
/// it gives is just what was signed; `None` is a URL that was changed, is over, or was signed for something else.
pub trait UrlVerifier: fmt::Debug + Send + Sync + 'static {
    /// What a GET of a URL with that query may read.
    fn may_download(&self, query: &str) -> Option<Download>;

    /// What a PUT to a URL with that query, of that type and length, may store.
    fn may_upload(&self, query: &str, content_type: &str, length: u64) -> Option<Upload>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_means_the_same_in_a_folder_and_in_a_bucket() {
        let long = "x".repeat(250);
        for key in ["a", "a/b.png", "...", "ä/🦀 b%2f", "-", "con", &long, &[&*long; 4].join("/")] {
            assert_eq!(ObjectKey::parse(key).unwrap().as_str(), key);
        }
        let (longer, too_long) = ("x".repeat(251), [&*long; 5].join("/"));
        for key in ["", "/a", "a/", "a//b", ".", "a/../b", "a/.", "a\\b", "a\0", "a\n", &longer, &too_long] {
            assert!(ObjectKey::parse(key).is_err(), "{key:?}");
        }
    }

    #[test]
    fn a_type_is_a_media_type() {
        for good in ["image/png", "text/plain; charset=utf-8", "application/vnd.a+json"] {
            assert!(is_media_type(good), "{good}");
        }
        for bad in ["", "image", "/png", "image/", "a b/c", "text/plain\r\nx: y", "text/plä", "text/plain "]
        {
            assert!(!is_media_type(bad), "{bad:?}");
        }
    }
}
