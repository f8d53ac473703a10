use std::collections::{BTreeMap, HashMap};

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::DateTime;
use saaskit_kernel::{ObjectInfo, ObjectKey, PortError, Timestamp};

use crate::failure::unexpected;

/// The name under which an object's SHA-256 is kept in its metadata.
pub(crate) const SHA256: &str = "saaskit-sha256";

/// What the bucket says of an object.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) content_type: String,
    pub(crate) metadata: HashMap<String, String>,
    pub(crate) e_tag: Option<String>,
    length: Option<u64>,
    stored_at: Option<DateTime>,
}

impl From<HeadObjectOutput> for Said {
    fn from(head: HeadObjectOutput) -> Self {
        Self {
            length: head.content_length.and_then(|length| u64::try_from(length).ok()),
            content_type: head.content_type.unwrap_or_default(),
            metadata: head.metadata.unwrap_or_default(),
            e_tag: head.e_tag,
            stored_at: head.last_modified,
        }
    }
}

impl From<&GetObjectOutput> for Said {
    fn from(got: &GetObjectOutput) -> Self {
        // Of a part of an object only the range tells how long the whole is.
        let whole = got.content_range().and_then(|range| range.rsplit_once('/')?.1.parse().ok());
        Self {
            length: whole.or_else(|| got.content_length().and_then(|length| u64::try_from(length).ok())),
            content_type: got.content_type().unwrap_or_default().to_owned(),
            metadata: got.metadata().cloned().unwrap_or_default(),
            e_tag: got.e_tag().map(str::to_owned),
            stored_at: got.last_modified().copied(),
        }
    }
}

impl Said {
    /// What was just put, by that tag.
    pub(crate) fn of(info: &ObjectInfo, e_tag: Option<String>) -> Self {
        Self {
            content_type: info.content_type.clone(),
            metadata: info.metadata.clone().into_iter().collect(),
            e_tag,
            length: Some(info.length),
            stored_at: None,
        }
    }

    /// What is to be known of the object; `None` where its checksum is not known yet.
    pub(crate) fn info(self, key: &ObjectKey) -> Result<Option<ObjectInfo>, PortError> {
        let Some(sha256) = self.metadata.get(SHA256).and_then(|sum| from_hex(sum)) else {
            return Ok(None);
        };
        let metadata: BTreeMap<_, _> = self.metadata.into_iter().filter(|(name, _)| name != SHA256).collect();
        let millis = self.stored_at.and_then(|at| at.to_millis().ok());
        Ok(Some(ObjectInfo {
            key: key.clone(),
            content_type: self.content_type,
            metadata,
            length: self.length.ok_or_else(|| unexpected("an object without a length"))?,
            sha256,
            stored_at: Timestamp::from_millis(millis.ok_or_else(|| unexpected("an object without a time"))?),
        }))
    }
}

/// The metadata of an object with its checksum, where it is known.
pub(crate) fn metadata(
    metadata: impl IntoIterator<Item = (String, String)>,
    sha256: Option<&[u8; 32]>,
) -> HashMap<String, String> {
    let sum = sha256.map(|sum| (SHA256.to_owned(), hex::encode(sum)));
    metadata.into_iter().chain(sum).collect()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok().map(|()| bytes)
}
