use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use saaskit_kernel::{NewObject, ObjectInfo, ObjectKey, Over, PortError, Storage, StoredObject};

type Meddle = dyn Fn(&'static str) -> BoxFuture<'static, Result<(), PortError>> + Send + Sync;

/// A storage in which somebody meddles: before each call, by its name, they may do something or have it fail.
pub struct Meddled {
    storage: Arc<dyn Storage>,
    meddle: Box<Meddle>,
}

impl fmt::Debug for Meddled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meddled").field("storage", &self.storage).finish_non_exhaustive()
    }
}

impl Meddled {
    /// That storage, and what is done before each call.
    pub fn new<F>(storage: Arc<dyn Storage>, meddle: F) -> Self
    where
        F: Fn(&'static str) -> BoxFuture<'static, Result<(), PortError>> + Send + Sync + 'static,
    {
        Self { storage, meddle: Box::new(meddle) }
    }
}

#[async_trait]
impl Storage for Meddled {
    async fn put_over(&self, object: NewObject, over: Over) -> Result<Option<ObjectInfo>, PortError> {
        (self.meddle)("put").await?;
        self.storage.put_over(object, over).await
    }

    async fn get(
        &self,
        key: &ObjectKey,
        range: Option<Range<u64>>,
    ) -> Result<Option<StoredObject>, PortError> {
        (self.meddle)("get").await?;
        self.storage.get(key, range).await
    }

    async fn head(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, PortError> {
        (self.meddle)("head").await?;
        self.storage.head(key).await
    }

    async fn remove(&self, key: &ObjectKey) -> Result<(), PortError> {
        (self.meddle)("remove").await?;
        self.storage.remove(key).await
    }

    async fn list(
        &self,
        prefix: Option<&ObjectKey>,
        after: Option<&ObjectKey>,
        limit: usize,
    ) -> Result<Vec<ObjectKey>, PortError> {
        (self.meddle)("list").await?;
        self.storage.list(prefix, after, limit).await
    }

    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<bool, PortError> {
        (self.meddle)("copy").await?;
        self.storage.copy(from, to).await
    }

    async fn ping(&self) -> Result<(), PortError> {
        (self.meddle)("ping").await?;
        self.storage.ping().await
    }
}
