use aws_sdk_s3::types::MetadataDirective;
use futures_util::TryStreamExt as _;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use saaskit_kernel::{ObjectKey, PortError};
use sha2::{Digest as _, Sha256};

use crate::failure::{failure, is_missing};
use crate::info::{Said, metadata};
use crate::storage::{R2Storage, read};

/// All but what is unreserved in a path.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

impl R2Storage {
    /// Reads an object that nobody told the checksum of, and writes it beside it. One that is gone or replaced
    /// meanwhile is left as it is.
    pub(crate) async fn learn(&self, key: &ObjectKey) -> Result<(), PortError> {
        let Some(object) = self.open(key, None).await? else { return Ok(()) };
        let said = Said::from(&object);
        let (mut body, mut hash) = (read(object.body, self.timeout), Sha256::new());
        while let Some(piece) = body.try_next().await? {
            hash.update(&piece);
        }
        self.note(key, said, &hash.finalize().into()).await
    }

    /// Copies an object onto itself, with its checksum.
    pub(crate) async fn note(&self, key: &ObjectKey, said: Said, sha256: &[u8; 32]) -> Result<(), PortError> {
        let copy = self.client.copy_object().bucket(&self.bucket).key(key.as_str());
        let copy = copy.copy_source(self.copy_source(key)).set_copy_source_if_match(said.e_tag);
        let copy = copy.metadata_directive(MetadataDirective::Replace).content_type(said.content_type);
        match copy.set_metadata(Some(metadata(said.metadata, Some(sha256)))).send().await {
            Err(error) if !is_missing(&error) && !is_changed(error.raw_response()) => {
                Err(failure("noting a checksum", &error))
            }
            _ => Ok(()),
        }
    }

    /// An object as the source of a copy: percent-encoded, as the header wants it.
    pub(crate) fn copy_source(&self, key: &ObjectKey) -> String {
        format!("{}/{}", self.bucket, utf8_percent_encode(key.as_str(), ESCAPED))
    }
}

fn is_changed(answer: Option<&aws_sdk_s3::config::http::HttpResponse>) -> bool {
    answer.is_some_and(|answer| answer.status().as_u16() == 412)
}
