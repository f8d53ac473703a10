use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::{
    Download, NewObject, ObjectInfo, ObjectKey, SignedRequest, SignedUrls, Storage, StoredObject, Upload,
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
/// there yet is read where they come from.
#[derive(Debug, Clone)]
pub struct MovingStorage {
    /// Where objects move to.
    pub to: StoragePlace,
    /// Where they come from.
    pub from: StoragePlace,
}

#[async_trait]
impl Storage for MovingStorage {
    async fn put(&self, object: NewObject) -> Result<ObjectInfo, PortError> {
        self.to.storage.put(object).await
    }

    async fn get(
        &self,
        key: &ObjectKey,
        range: Option<Range<u64>>,
    ) -> Result<Option<StoredObject>, PortError> {
        match self.to.storage.get(key, range.clone()).await? {
            Some(object) => Ok(Some(object)),
            None => self.from.storage.get(key, range).await,
        }
    }

    async fn head(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, PortError> {
        match self.to.storage.head(key).await? {
            Some(info) => Ok(Some(info)),
            None => self.from.storage.head(key).await,
        }
    }

    /// The old one goes first: were the new one gone and the old one left, it would be there again as it once was.
    async fn remove(&self, key: &ObjectKey) -> Result<(), PortError> {
        self.from.storage.remove(key).await?;
        self.to.storage.remove(key).await
    }

    async fn list(
        &self,
        prefix: Option<&ObjectKey>,
        after: Option<&ObjectKey>,
        limit: usize,
    ) -> Result<Vec<ObjectKey>, PortError> {
        let mut keys = self.to.storage.list(prefix, after, limit).await?;
        keys.extend(self.from.storage.list(prefix, after, limit).await?);
        keys.sort();
        keys.dedup();
        keys.truncate(limit);
        Ok(keys)
    }

    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<bool, PortError> {
        if self.to.storage.copy(from, to).await? {
            return Ok(true);
        }
        let Some(object) = self.from.storage.get(from, None).await? else { return Ok(false) };
        self.to.storage.put(object.to_be_put_at(to.clone())).await?;
        Ok(true)
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
