use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, MetadataDirective};
use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt as _;
use saaskit_kernel::{Bytestream, Measure, NewObject, ObjectInfo, Over, PortError};

use crate::failure::{ADAPTER, failure, is_missing, is_refused, unexpected};
use crate::info::{e_tag, metadata, tag};
use crate::storage::{Conditions, R2Storage};

/// Bytes of a part, and of what is still put at once: all that is held of an object.
pub(crate) const PART: usize = 8 * 1024 * 1024;

/// Puts an object in parts, if it may take the place of what lies there when they are all there.
pub(crate) async fn put(
    storage: &R2Storage,
    object: NewObject,
    over: Over,
) -> Result<Option<ObjectInfo>, PortError> {
    let mut measure = Measure::of(&object, ADAPTER);
    let known = object.sha256;
    let NewObject { key, content_type, metadata: given, length, body, .. } = object;
    let create = storage.client.create_multipart_upload().bucket(&storage.bucket).key(key.as_str());
    let create =
        create.content_type(&content_type).set_metadata(Some(metadata(given.clone(), known.as_ref())));
    let created = create.send().await.map_err(|error| failure("beginning an object in parts", &error))?;
    let id = created.upload_id.ok_or_else(|| unexpected("parts without an id"))?;
    let mut parts = Parts { storage: storage.clone(), key: key.as_str().to_owned(), id: Some(id) };
    let (sha256, tag) = match parts.fill(body, &mut measure, over).await {
        Ok(Some(done)) => done,
        outcome => {
            parts.abort().await;
            return outcome.map(|_| None);
        }
    };
    let (sha256, stored_at) = (Some(sha256), storage.source.now());
    let info = ObjectInfo { key, content_type, metadata: given, length, sha256, tag, stored_at };
    Ok(Some(if known.is_none() { note_checksum(storage, info).await } else { info }))
}

/// Copies an object onto itself with its checksum, which nobody knew before it was there. It is as good without.
async fn note_checksum(storage: &R2Storage, info: ObjectInfo) -> ObjectInfo {
    let noted = metadata(info.metadata.clone(), info.sha256.as_ref());
    let copy = storage.client.copy_object().bucket(&storage.bucket).key(info.key.as_str());
    let copy = copy.copy_source(storage.copy_source(&info.key)).copy_source_if_match(e_tag(&info.tag));
    let copy = copy.metadata_directive(MetadataDirective::Replace).content_type(&info.content_type);
    // R2 looks once more whether nobody put anything there meanwhile.
    let only_over = e_tag(&info.tag);
    let copy = copy.set_metadata(Some(noted)).customize().mutate_request(move |request| {
        request.headers_mut().insert("cf-copy-destination-if-match", only_over.clone());
    });
    match copy.send().await {
        Ok(copied) => {
            let copied = copied.copy_object_result.and_then(|object| object.e_tag);
            ObjectInfo { tag: tag(copied).unwrap_or(info.tag), ..info }
        }
        Err(error) => {
            if !is_missing(&error) && !is_refused(&error) {
                let error = failure("noting a checksum", &error);
                tracing::warn!(error = &error as &dyn std::error::Error, "a checksum could not be noted");
            }
            info
        }
    }
}

/// Parts that are no object yet. Dropped, they are taken back.
struct Parts {
    storage: R2Storage,
    key: String,
    /// Nothing once they are an object, or taken back.
    id: Option<String>,
}

impl Parts {
    /// Puts part after part and makes an object of them, if the body was as it was said to be.
    async fn fill(
        &mut self,
        mut body: Bytestream,
        measure: &mut Measure,
        over: Over,
    ) -> Result<Option<([u8; 32], String)>, PortError> {
        let (mut done, mut part) = (Vec::new(), BytesMut::with_capacity(PART));
        while let Some(mut piece) = body.try_next().await? {
            measure.take(&piece)?;
            while !piece.is_empty() {
                let fits = piece.split_to(piece.len().min(PART - part.len()));
                part.extend_from_slice(&fits);
                if part.len() == PART {
                    done.push(self.part(done.len() + 1, part.split().freeze()).await?);
                    part.reserve(PART);
                }
            }
        }
        let sha256 = measure.finish()?;
        if !part.is_empty() {
            done.push(self.part(done.len() + 1, part.freeze()).await?);
        }
        Ok(self.complete(done, over).await?.map(|tag| (sha256, tag)))
    }

    async fn part(&self, number: usize, bytes: Bytes) -> Result<CompletedPart, PortError> {
        let number = i32::try_from(number).unwrap_or(i32::MAX);
        let upload = self.storage.client.upload_part().bucket(&self.storage.bucket).key(&self.key);
        let upload = upload.set_upload_id(self.id.clone()).part_number(number).body(ByteStream::from(bytes));
        let part = upload.send().await.map_err(|error| failure("putting a part", &error))?;
        Ok(CompletedPart::builder().part_number(number).set_e_tag(part.e_tag).build())
    }

    async fn complete(&mut self, done: Vec<CompletedPart>, over: Over) -> Result<Option<String>, PortError> {
        let all = CompletedMultipartUpload::builder().set_parts(Some(done)).build();
        let complete = self.storage.client.complete_multipart_upload().bucket(&self.storage.bucket);
        let complete = complete.key(&self.key).set_upload_id(self.id.clone()).multipart_upload(all);
        let Conditions { if_match, if_none_match } = Conditions::of(over);
        match complete.set_if_match(if_match).set_if_none_match(if_none_match).send().await {
            Ok(object) => {
                self.id = None;
                tag(object.e_tag).map(Some)
            }
            Err(error) if is_refused(&error) => Ok(None),
            Err(error) => Err(failure("making an object of parts", &error)),
        }
    }

    async fn abort(&mut self) {
        if let Some(id) = self.id.take() {
            abort(self.storage.clone(), std::mem::take(&mut self.key), id).await;
        }
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        if let (Some(id), Ok(runtime)) = (self.id.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(abort(self.storage.clone(), std::mem::take(&mut self.key), id));
        }
    }
}

/// What can't be taken back now is left to the bucket's own rule for parts that were never finished.
async fn abort(storage: R2Storage, key: String, id: String) {
    let abort = storage.client.abort_multipart_upload().bucket(&storage.bucket).key(key).upload_id(id);
    if let Err(error) = abort.send().await {
        let error = failure("taking parts back", &error);
        tracing::warn!(error = &error as &dyn std::error::Error, "parts of no object are left");
    }
}
