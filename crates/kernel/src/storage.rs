use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;

use crate::{Code, Invalid, PortError, Secret, Timestamp};

/// Where an object lies: segments divided by `/`, 1 to 1,024 bytes in all. No segment is empty, `.` or `..`, is longer
/// than 255 bytes, or holds a control character or a backslash: a key means the same in a folder and in a bucket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// Validates a key.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let sane = |segment: &str| {
            !matches!(segment, "" | "." | "..")
                && segment.len() <= 255
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
    /// What it is: a media type, `image/png`.
    pub content_type: String,
    /// Anything else that is to be known of it: names of lower-case letters, digits and `-`, values in visible
    /// ASCII, 2 KiB in all.
    pub metadata: BTreeMap<String, String>,
    /// How many bytes there are.
    pub length: u64,
    /// Their SHA-256, where it is known beforehand.
    pub sha256: Option<[u8; 32]>,
    /// The bytes.
    pub body: Bytestream,
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
    /// Their SHA-256.
    pub sha256: [u8; 32],
    /// When it was stored, to the second at least.
    pub stored_at: Timestamp,
}

/// An object that is being read.
pub struct StoredObject {
    /// What is known of the whole object.
    pub info: ObjectInfo,
    /// The bytes that were asked for.
    pub body: Bytestream,
}

/// The body is left out of a debug print.
impl fmt::Debug for StoredObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredObject").field("info", &self.info).finish_non_exhaustive()
    }
}

/// Keeps files.
///
/// # Contract
///
/// - What was put is got back byte for byte, with its type, metadata, length and checksum, streamed both ways: an
///   object may be larger than memory.
/// - An object is there as a whole or not at all: a put that fails, is dropped or breaks off leaves what was there
///   before; putting again replaces it.
/// - A body of another length or checksum than was said is `Invalid`, and nothing is stored.
/// - A range is cut to the object's end; one that begins at or after it is `Invalid`.
/// - Getting and heading what is not there is `None`; removing it is no failure.
/// - A list gives each object below the prefix once, in the order of their keys, at most `limit` at a time, from
///   after the given key on. A prefix ends where a segment ends.
/// - A copy is like a put of the same object; copying what is not there is `false`.
#[async_trait]
pub trait Storage: fmt::Debug + Send + Sync + 'static {
    /// Stores an object.
    async fn put(&self, object: NewObject) -> Result<ObjectInfo, PortError>;

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
    pub headers: Vec<(&'static str, String)>,
}

/// Lets others get and put single objects without asking us each time.
///
/// # Contract
///
/// - What is signed works as it stands until its time is over, and not afterwards.
/// - With another method, key, type, length, checksum, disposition or time than was signed it is refused.
/// - No URL holds a secret other than its own signature.
#[async_trait]
pub trait SignedUrls: fmt::Debug + Send + Sync + 'static {
    /// Lets somebody read an object for so long: at most 7 days.
    async fn download(&self, download: &Download, lasts: Duration) -> Result<SignedRequest, PortError>;

    /// Lets somebody store an object for so long: at most 7 days.
    async fn upload(&self, upload: &Upload, lasts: Duration) -> Result<SignedRequest, PortError>;
}
