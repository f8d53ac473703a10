use std::collections::HashMap;

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
    content_type: String,
    metadata: HashMap<String, String>,
    e_tag: Option<String>,
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
    /// What is to be known of the object.
    pub(crate) fn info(mut self, key: &ObjectKey) -> Result<ObjectInfo, PortError> {
        let sha256 = self.metadata.remove(SHA256).and_then(|sum| from_hex(&sum));
        let millis = self.stored_at.and_then(|at| at.to_millis().ok());
        Ok(ObjectInfo {
            key: key.clone(),
            content_type: self.content_type,
            metadata: self.metadata.into_iter().collect(),
            length: self.length.ok_or_else(|| unexpected("an object without a length"))?,
            sha256,
            tag: tag(self.e_tag)?,
            stored_at: Timestamp::from_millis(millis.ok_or_else(|| unexpected("an object without a time"))?),
        })
    }
}

/// The tag in an `ETag`, which stands between quotation marks there.
pub(crate) fn tag(e_tag: Option<String>) -> Result<String, PortError> {
    let e_tag = e_tag.ok_or_else(|| unexpected("an object without a tag"))?;
    Ok(e_tag.trim_matches('"').to_owned())
}

/// An `ETag` as it was.
pub(crate) fn e_tag(tag: &str) -> String {
    format!("\"{tag}\"")
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
