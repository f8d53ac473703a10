use std::fmt;
use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_types::base64;
use bytes::BytesMut;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use saaskit_kernel::{
    Bytestream, ErrorKind, Measure, NewObject, ObjectInfo, ObjectKey, Over, PortError, Source, Storage,
    StoredObject,
};

use crate::client::client;
use crate::config::{InvalidR2Config, R2Config};
use crate::failure::{ADAPTER, failure, is_missing, is_refused};
use crate::info::{Said, e_tag, metadata, tag};
use crate::multipart::{self, PART};

/// Keeps files in a bucket, and signs URLs by which others get and put them. Cheap to clone.
#[derive(Clone)]
pub struct R2Storage {
    pub(crate) client: Client,
    pub(crate) bucket: String,
    pub(crate) timeout: Duration,
    pub(crate) source: Source,
}

impl fmt::Debug for R2Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("R2Storage").field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

impl R2Storage {
    /// In that bucket. Nothing is asked of it yet.
    pub fn new(config: &R2Config, source: Source) -> Result<Self, InvalidR2Config> {
        config.check()?;
        let (bucket, timeout) = (config.bucket.clone(), config.timeout);
        Ok(Self { client: client(config), bucket, timeout, source })
    }

    async fn put_at_once(&self, object: NewObject, over: Over) -> Result<Option<ObjectInfo>, PortError> {
        let mut measure = Measure::of(&object, ADAPTER);
        let NewObject { key, content_type, metadata: given, length, mut body, .. } = object;
        let mut bytes = BytesMut::new();
        while let Some(piece) = body.try_next().await? {
            measure.take(&piece)?;
            bytes.extend_from_slice(&piece);
        }
        let sha256 = measure.finish()?;
        let put = self.client.put_object().bucket(&self.bucket).key(key.as_str());
        let put = put.content_type(&content_type).set_metadata(Some(metadata(given.clone(), Some(&sha256))));
        let put = put.checksum_sha256(base64::encode(sha256)).body(ByteStream::from(bytes.freeze()));
        let Conditions { if_match, if_none_match } = Conditions::of(over);
        let tag = match put.set_if_match(if_match).set_if_none_match(if_none_match).send().await {
            Ok(put) => tag(put.e_tag)?,
            Err(error) if is_refused(&error) => return Ok(None),
            Err(error) => return Err(failure("putting an object", &error)),
        };
        let (sha256, stored_at) = (Some(sha256), self.source.now());
        Ok(Some(ObjectInfo { key, content_type, metadata: given, length, sha256, tag, stored_at }))
    }

    /// An object as the source of a copy: percent-encoded, as the header wants it.
    pub(crate) fn copy_source(&self, key: &ObjectKey) -> String {
        format!("{}/{}", self.bucket, utf8_percent_encode(key.as_str(), ESCAPED))
    }

    async fn page(
        &self,
        prefix: Option<&ObjectKey>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<String>, bool), PortError> {
        let list = self.client.list_objects_v2().bucket(&self.bucket);
        let list = list.set_prefix(prefix.map(|prefix| format!("{prefix}/")));
        let list = list.set_start_after(after.map(str::to_owned));
        let list = list.max_keys(i32::try_from(limit.min(LONGEST_PAGE)).unwrap_or(i32::MAX));
        let page = list.send().await.map_err(|error| failure("listing objects", &error))?;
        let more = page.is_truncated() == Some(true);
        let keys = page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key);
        Ok((keys.collect(), more))
    }
}

/// Keys that are listed with one request at most.
const LONGEST_PAGE: usize = 1000;
/// All but what is unreserved in a path.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// What has to lie where an object is put, as its headers say it.
pub(crate) struct Conditions {
    pub(crate) if_match: Option<String>,
    pub(crate) if_none_match: Option<String>,
}

impl Conditions {
    pub(crate) fn of(over: Over) -> Self {
        match over {
            Over::Anything => Self { if_match: None, if_none_match: None },
            Over::Nothing => Self { if_match: None, if_none_match: Some("*".to_owned()) },
            Over::Tag(tag) => Self { if_match: Some(e_tag(&tag)), if_none_match: None },
        }
    }
}

#[async_trait]
impl Storage for R2Storage {
    async fn put_over(&self, object: NewObject, over: Over) -> Result<Option<ObjectInfo>, PortError> {
        object.check(ADAPTER)?;
        if object.length <= PART as u64 {
            self.put_at_once(object, over).await
        } else {
            multipart::put(self, object, over).await
        }
    }

    async fn get(
        &self,
        key: &ObjectKey,
        range: Option<Range<u64>>,
    ) -> Result<Option<StoredObject>, PortError> {
        if range.as_ref().is_some_and(Range::is_empty) {
            return Err(PortError::new(ErrorKind::Invalid, ADAPTER).because("a range of nothing"));
        }
        let last = |range: &Range<u64>| (range.end - 1).min(NewObject::LARGEST);
        let range = range.map(|range| format!("bytes={}-{}", range.start, last(&range).max(range.start)));
        let get = self.client.get_object().bucket(&self.bucket).key(key.as_str()).set_range(range);
        match get.send().await {
            Ok(object) => {
                let info = Said::from(&object).info(key)?;
                Ok(Some(StoredObject { info, body: read(object.body, self.timeout) }))
            }
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(failure("getting an object", &error)),
        }
    }

    async fn head(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, PortError> {
        let head = self.client.head_object().bucket(&self.bucket).key(key.as_str());
        match head.send().await {
            Ok(said) => Said::from(said).info(key).map(Some),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(failure("looking for an object", &error)),
        }
    }

    async fn remove(&self, key: &ObjectKey) -> Result<(), PortError> {
        let delete = self.client.delete_object().bucket(&self.bucket).key(key.as_str());
        match delete.send().await {
            Err(error) if !is_missing(&error) => Err(failure("removing an object", &error)),
            _ => Ok(()),
        }
    }

    async fn list(
        &self,
        prefix: Option<&ObjectKey>,
        after: Option<&ObjectKey>,
        limit: usize,
    ) -> Result<Vec<ObjectKey>, PortError> {
        let (mut keys, mut after) = (Vec::new(), after.map(|after| after.as_str().to_owned()));
        while keys.len() < limit {
            let (page, more) = self.page(prefix, after.as_deref(), limit - keys.len()).await?;
            after = page.last().cloned().or(after);
            // What others put there under names that are no keys is not ours.
            keys.extend(page.iter().filter_map(|key| ObjectKey::parse(key).ok()));
            if !more {
                break;
            }
        }
        Ok(keys)
    }

    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<bool, PortError> {
        let copy = self.client.copy_object().bucket(&self.bucket).key(to.as_str());
        match copy.copy_source(self.copy_source(from)).send().await {
            Ok(_) => Ok(true),
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(failure("copying an object", &error)),
        }
    }

    async fn ping(&self) -> Result<(), PortError> {
        self.page(None, None, 1).await.map(drop)
    }
}

/// A body that fails when nothing of it comes for too long.
fn read(body: ByteStream, timeout: Duration) -> Bytestream {
    stream::try_unfold(body, move |mut body| async move {
        let late = |_| PortError::new(ErrorKind::TimedOut, ADAPTER).because("a body that does not go on");
        let broken = |_| PortError::new(ErrorKind::Unavailable, ADAPTER).because("a body that breaks off");
        let next = tokio::time::timeout(timeout, body.try_next()).await.map_err(late)?;
        Ok(next.map_err(broken)?.map(|piece| (piece, body)))
    })
    .boxed()
}
