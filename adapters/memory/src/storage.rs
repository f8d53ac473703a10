use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use saaskit_kernel::{
    Clock, Download, ErrorKind, Measure, NewObject, ObjectInfo, ObjectKey, Over, PortError, Secret,
    SignedRequest, SignedUrls, Storage, StoredObject, Timestamp, Upload, UrlVerifier,
};

/// Keeps files, and remembers what it signed instead of signing it.
#[derive(Debug)]
pub struct MemoryStorage {
    clock: Arc<dyn Clock>,
    place: String,
    objects: Mutex<BTreeMap<ObjectKey, (ObjectInfo, Bytes)>>,
    signed: Mutex<HashMap<String, (Granted, Timestamp)>>,
}

#[derive(Debug, Clone)]
enum Granted {
    Download(Download),
    Upload(Upload),
}

impl MemoryStorage {
    /// An empty one, whose URLs begin with `place`.
    pub fn new(clock: Arc<dyn Clock>, place: impl Into<String>) -> Self {
        Self { clock, place: place.into(), objects: Mutex::default(), signed: Mutex::default() }
    }

    fn objects(&self) -> MutexGuard<'_, BTreeMap<ObjectKey, (ObjectInfo, Bytes)>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sign(&self, key: &ObjectKey, granted: Granted, lasts: Duration) -> Result<Secret, PortError> {
        SignedRequest::check_time(lasts, "memory")?;
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        let query = format!("{key}={}", signed.len()).replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        signed.insert(query.clone(), (granted, self.clock.now().plus(lasts)));
        Ok(Secret::new(format!("{}?{query}", self.place)))
    }

    fn granted(&self, query: &str) -> Option<Granted> {
        let signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        let (granted, until) = signed.get(query)?;
        (self.clock.now() < *until).then(|| granted.clone())
    }
}

#[async_trait]
impl Storage for MemoryStorage {
    async fn put_over(&self, object: NewObject, over: Over) -> Result<Option<ObjectInfo>, PortError> {
        object.check("memory")?;
        let mut measure = Measure::of(&object, "memory");
        let NewObject { key, content_type, metadata, length, mut body, .. } = object;
        let mut bytes = BytesMut::new();
        while let Some(piece) = body.try_next().await? {
            measure.take(&piece)?;
            bytes.extend_from_slice(&piece);
        }
        let (sha256, stored_at) = (measure.finish()?, self.clock.now());
        let (tag, sha256) = (hex::encode(sha256), Some(sha256));
        let info = ObjectInfo { key: key.clone(), content_type, metadata, length, sha256, tag, stored_at };
        let mut objects = self.objects();
        if !over.allows(objects.get(&key).map(|(there, _)| there.tag.as_str())) {
            return Ok(None);
        }
        objects.insert(key, (info.clone(), bytes.freeze()));
        Ok(Some(info))
    }

    async fn get(
        &self,
        key: &ObjectKey,
        range: Option<Range<u64>>,
    ) -> Result<Option<StoredObject>, PortError> {
        let Some((info, bytes)) = self.objects().get(key).cloned() else { return Ok(None) };
        let whole = 0..info.length;
        let range = range.map_or(Some(whole), |range| info.cut(&range));
        let outside = || PortError::new(ErrorKind::Invalid, "memory").because("outside of the object");
        let range = range.ok_or_else(outside)?;
        let at = |index: u64| usize::try_from(index).unwrap_or(usize::MAX);
        let bytes = bytes.slice(at(range.start)..at(range.end));
        Ok(Some(StoredObject { info, body: stream::iter([Ok(bytes)]).boxed() }))
    }

    async fn head(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, PortError> {
        Ok(self.objects().get(key).map(|(info, _)| info.clone()))
    }

    async fn remove(&self, key: &ObjectKey) -> Result<(), PortError> {
        self.objects().remove(key);
        Ok(())
    }

    async fn list(
        &self,
        prefix: Option<&ObjectKey>,
        after: Option<&ObjectKey>,
        limit: usize,
    ) -> Result<Vec<ObjectKey>, PortError> {
        let prefix = prefix.map(|prefix| format!("{prefix}/")).unwrap_or_default();
        let objects = self.objects();
        let keys = objects.keys().filter(|key| key.as_str().starts_with(&prefix));
        Ok(keys.filter(|key| after.is_none_or(|after| *key > after)).take(limit).cloned().collect())
    }

    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<bool, PortError> {
        let mut objects = self.objects();
        let Some((info, bytes)) = objects.get(from).cloned() else { return Ok(false) };
        let info = ObjectInfo { key: to.clone(), stored_at: self.clock.now(), ..info };
        objects.insert(to.clone(), (info, bytes));
        Ok(true)
    }

    async fn ping(&self) -> Result<(), PortError> {
        Ok(())
    }
}

#[async_trait]
impl SignedUrls for MemoryStorage {
    async fn download(&self, download: &Download, lasts: Duration) -> Result<SignedRequest, PortError> {
        let url = self.sign(&download.key, Granted::Download(download.clone()), lasts)?;
        Ok(SignedRequest { url, headers: Vec::new() })
    }

    async fn upload(&self, upload: &Upload, lasts: Duration) -> Result<SignedRequest, PortError> {
        upload.check("memory")?;
        let url = self.sign(&upload.key, Granted::Upload(upload.clone()), lasts)?;
        Ok(SignedRequest { url, headers: vec![("content-type".to_owned(), upload.content_type.clone())] })
    }
}

impl UrlVerifier for MemoryStorage {
    fn may_download(&self, query: &str) -> Option<Download> {
        let Granted::Download(download) = self.granted(query)? else { return None };
        Some(download)
    }

    fn may_upload(&self, query: &str, content_type: &str, length: u64) -> Option<Upload> {
        let Granted::Upload(upload) = self.granted(query)? else { return None };
        (upload.content_type == content_type && upload.length == length).then_some(upload)
    }
}
