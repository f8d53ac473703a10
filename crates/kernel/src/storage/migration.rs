use std::sync::Arc;

use futures_util::TryStreamExt as _;
use sha2::{Digest as _, Sha256};

use super::{NewObject, ObjectInfo, ObjectKey, Over, Storage};
use crate::{ErrorKind, PortError};

/// Takes every object of a storage over into another one. It can be stopped and begun again: what is there already
/// is not taken over twice, and what is put there meanwhile stays.
#[derive(Debug, Clone)]
pub struct StorageMigration {
    /// Where the objects are.
    pub from: Arc<dyn Storage>,
    /// Where they are to be.
    pub to: Arc<dyn Storage>,
    /// Whether an object is removed where it was, once it was read back whole where it is.
    pub delete_source: bool,
}

/// What became of one object.
#[derive(Debug)]
pub enum Fate {
    /// It was taken over, and is as it was.
    Migrated,
    /// It was there already, or something newer by its name was, or it was removed meanwhile.
    Skipped,
    /// It is not there; where it was, it is still.
    Failed(PortError),
}

/// What became of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Migrated {
    /// Taken over.
    pub migrated: u64,
    /// There already.
    pub skipped: u64,
    /// Not taken over.
    pub failed: u64,
    /// Removed where they were.
    pub deleted: u64,
}

const PAGE: usize = 500;
/// How often others may put where an object is about to be put.
const TRIES: usize = 3;

impl StorageMigration {
    /// Takes all over, and says of each object what became of it. Only what stops everything is a failure.
    pub async fn run(
        &self,
        mut each: impl FnMut(&ObjectKey, &Fate, &Migrated),
    ) -> Result<Migrated, PortError> {
        let mut all = Migrated::default();
        let mut after = None;
        loop {
            let page = self.from.list(None, after.as_ref(), PAGE).await?;
            for key in &page {
                let fate = self.take_over(key, &mut all).await.unwrap_or_else(Fate::Failed);
                match fate {
                    Fate::Migrated => all.migrated += 1,
                    Fate::Skipped => all.skipped += 1,
                    Fate::Failed(_) => all.failed += 1,
                }
                each(key, &fate, &all);
            }
            if page.len() < PAGE {
                return Ok(all);
            }
            after = page.into_iter().next_back();
        }
    }

    async fn take_over(&self, key: &ObjectKey, all: &mut Migrated) -> Result<Fate, PortError> {
        let Some(source) = self.from.head(key).await? else { return Ok(Fate::Skipped) };
        let source = with_checksum(&*self.from, source).await?;
        let fate = match self.bring(&source).await? {
            Brought::Now => Fate::Migrated,
            Brought::Before => Fate::Skipped,
            Brought::Never => return Ok(Fate::Skipped),
        };
        if self.delete_source {
            self.verify(&source).await?;
            self.from.remove(key).await?;
            all.deleted += 1;
        } else if let Fate::Migrated = fate {
            let there = self.to.head(key).await?;
            if !there.is_some_and(|there| is_same(&source, &there)) {
                return Err(unlike());
            }
        }
        Ok(fate)
    }

    /// Puts an object over just what was seen where it goes, and looks again if others were faster.
    async fn bring(&self, source: &ObjectInfo) -> Result<Brought, PortError> {
        let key = &source.key;
        for _ in 0..TRIES {
            let over = match self.to.head(key).await? {
                None => Over::Nothing,
                Some(there) if is_same(source, &there) => return Ok(Brought::Before),
                // Whatever was put there since is newer than what is still to come.
                Some(there) if there.stored_at >= source.stored_at => return Ok(Brought::Never),
                Some(there) => Over::Tag(there.tag),
            };
            let Some(object) = self.from.get(key, None).await? else { return Ok(Brought::Never) };
            let object = NewObject { sha256: source.sha256, ..object.to_be_put_at(key.clone()) };
            if self.to.put_over(object, over).await?.is_some() {
                return Ok(Brought::Now);
            }
        }
        Err(PortError::new(ErrorKind::Unavailable, "migration").because("it is put there again and again"))
    }

    /// Reads an object back to the last byte: after this there is no other.
    async fn verify(&self, source: &ObjectInfo) -> Result<(), PortError> {
        let there = self.to.head(&source.key).await?.ok_or_else(unlike)?;
        let there = with_checksum(&*self.to, ObjectInfo { sha256: None, ..there }).await?;
        if is_same(source, &there) { Ok(()) } else { Err(unlike()) }
    }
}

/// How an object came to be where it goes.
enum Brought {
    /// It was put there.
    Now,
    /// It was there.
    Before,
    /// It is not: something newer is, or it is gone.
    Never,
}

/// The same with its checksum; where nobody noted it, all of it is read.
async fn with_checksum(storage: &dyn Storage, info: ObjectInfo) -> Result<ObjectInfo, PortError> {
    if info.sha256.is_some() {
        return Ok(info);
    }
    let Some(object) = storage.get(&info.key, None).await? else { return Err(unlike()) };
    let (mut body, mut hash, mut length) = (object.body, Sha256::new(), 0);
    while let Some(bytes) = body.try_next().await? {
        length += bytes.len() as u64;
        hash.update(&bytes);
    }
    if length != info.length || object.info.tag != info.tag {
        return Err(unlike());
    }
    Ok(ObjectInfo { sha256: Some(hash.finalize().into()), ..info })
}

fn is_same(one: &ObjectInfo, other: &ObjectInfo) -> bool {
    (one.length, one.sha256, &one.content_type, &one.metadata)
        == (other.length, other.sha256, &other.content_type, &other.metadata)
}

fn unlike() -> PortError {
    PortError::new(ErrorKind::Unexpected, "migration")
        .because("one of both is not as the other is, or was changed meanwhile")
}
