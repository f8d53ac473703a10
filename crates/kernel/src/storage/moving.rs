use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::{
    Download, NewObject, ObjectInfo, ObjectKey, Over, SignedRequest, SignedUrls, Storage, StoredObject,
    Upload,
};
use crate::PortError;

/// A storage, and the URLs of what is in it.
#[derive(Debug, Clone)]
pub struct StoragePlace {
    /// Keeps the objects.
    pub storage: Arc<dyn Storage>,
    /// Lets others get and put them.
    pub urls: Arc<dyn SignedUrls>,
}

/// Two storages while objects move from one to the other: all that is new is put where they move to, and what is not
/// there yet is read where they come from. What is in neither place may have moved in between, and is looked for once
/// more where it moves to.
#[derive(Debug, Clone)]
pub struct MovingStorage {
    /// Where objects move to.
    pub to: StoragePlace,
    /// Where they come from.
    pub from: StoragePlace,
}

#[async_trait]
impl Storage for MovingStorage {
    async fn put_over(&self, object: NewObject, over: Over) -> Result<Option<ObjectInfo>, PortError> {
        if over == Over::Anything || self.to.storage.head(&object.key).await?.is_some() {
            return self.to.storage.put_over(object, over).await;
        }
        let old = self.from.storage.head(&object.key).await?;
        if !over.allows(old.as_ref().map(|old| old.tag.as_str())) {
            return Ok(None);
        }
        self.to.storage.put_over(object, Over::Nothing).await
    }

    async fn get(
        &self,
        key: &ObjectKey,
        range: Option<Range<u64>>,
    ) -> Result<Option<StoredObject>, PortError> {
        for place in [&self.to, &self.from] {
            if let Some(object) = place.storage.get(key, range.clone()).await? {
                return Ok(Some(object));
            }
        }
        self.to.storage.get(key, range).await
    }

    async fn head(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, PortError> {
        for place in [&self.to, &self.from] {
            if let Some(info) = place.storage.head(key).await? {
                return Ok(Some(info));
            }
        }
        self.to.storage.head(key).await
    }

    /// The old one goes first: were the new one gone and the old one left, it would be there again as it once was.
    async fn remove(&self, key: &ObjectKey) -> Result<(), PortError> {
        self.from.storage.remove(key).await?;
        self.to.storage.remove(key).await
    }

    /// Where they come from first: what moves in between is seen twice rather than not at all.
    async fn list(
        &self,
        prefix: Option<&ObjectKey>,
        after: Option<&ObjectKey>,
        limit: usize,
    ) -> Result<Vec<ObjectKey>, PortError> {
        let mut keys = self.from.storage.list(prefix, after, limit).await?;
        keys.extend(self.to.storage.list(prefix, after, limit).await?);
        keys.sort();
        keys.dedup();
        keys.truncate(limit);
        Ok(keys)
    }

    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<bool, PortError> {
        if self.to.storage.copy(from, to).await? {
            return Ok(true);
        }
        match self.from.storage.get(from, None).await? {
            Some(object) => self.to.storage.put(object.to_be_put_at(to.clone())).await.map(|_| true),
            None => self.to.storage.copy(from, to).await,
        }
    }

    async fn ping(&self) -> Result<(), PortError> {
        self.to.storage.ping().await?;
        self.from.storage.ping().await
    }
}

#[async_trait]
impl SignedUrls for MovingStorage {
    async fn download(&self, download: &Download, lasts: Duration) -> Result<SignedRequest, PortError> {
        let moved = self.to.storage.head(&download.key).await?.is_some();
        let place = if moved { &self.to } else { &self.from };
        place.urls.download(download, lasts).await
    }

    async fn upload(&self, upload: &Upload, lasts: Duration) -> Result<SignedRequest, PortError> {
        self.to.urls.upload(upload, lasts).await
    }
}
