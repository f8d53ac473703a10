use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use saaskit_kernel::{
    Bytestream, ErrorKind, NewObject, ObjectInfo, ObjectKey, Over, PortError, Source, Storage, StoredObject,
};

use crate::draft::Draft;
use crate::failure::{ADAPTER, blocking, failure};
use crate::header::Header;
use crate::list::Listing;
use crate::tree::Tree;

/// Keeps files in a folder. Several processes may share it.
#[derive(Debug, Clone)]
pub struct LocalStorage {
    tree: Arc<Tree>,
    source: Source,
}

/// Bytes that are written at once.
const WRITTEN: usize = 256 * 1024;
/// Bytes that are read at once.
const READ: u64 = 128 * 1024;

impl LocalStorage {
    /// In that folder, which is made if it is not there. What a process that died left half written is removed.
    pub fn open(root: &Path, source: Source) -> Result<Self, PortError> {
        Ok(Self { tree: Arc::new(Tree::open(root).map_err(failure)?), source })
    }

    fn draft_name(&self) -> String {
        hex::encode(self.source.bytes::<16>())
    }

    async fn open_object(&self, key: &ObjectKey) -> Result<Option<(File, ObjectInfo, u64)>, PortError> {
        let (tree, key) = (self.tree.clone(), key.clone());
        blocking(move || {
            let Some(file) = tree.object(&key).map_err(failure)? else { return Ok(None) };
            let (header, begin) = Header::read(&file).map_err(failure)?;
            if !header.is_of(&key) {
                return Ok(None);
            }
            Ok(Some((file, header.info().map_err(failure)?, begin)))
        })
        .await
    }
}

#[async_trait]
impl Storage for LocalStorage {
    async fn put_over(&self, object: NewObject, over: Over) -> Result<Option<ObjectInfo>, PortError> {
        object.check(ADAPTER)?;
        let (tree, name, now) = (self.tree.clone(), self.draft_name(), self.source.now());
        let (mut draft, mut body) = blocking(move || {
            let draft = Draft::begin(tree, name, &object, now)?;
            Ok((draft, object.body))
        })
        .await?;
        let (mut pieces, mut size) = (Vec::new(), 0);
        while let Some(piece) = body.try_next().await? {
            size += piece.len();
            pieces.push(piece);
            if size >= WRITTEN {
                let full = std::mem::take(&mut pieces);
                draft = blocking(move || draft.write(&full)).await?;
                size = 0;
            }
        }
        blocking(move || draft.write(&pieces)?.publish(&over)).await
    }

    async fn get(
        &self,
        key: &ObjectKey,
        range: Option<Range<u64>>,
    ) -> Result<Option<StoredObject>, PortError> {
        let Some((file, info, begin)) = self.open_object(key).await? else { return Ok(None) };
        let range = range.map_or(Some(0..info.length), |range| info.cut(&range));
        let outside = || PortError::new(ErrorKind::Invalid, ADAPTER).because("outside of the object");
        let Range { start, end } = range.ok_or_else(outside)?;
        Ok(Some(StoredObject { info, body: read(file, begin + start..begin + end) }))
    }

    async fn head(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, PortError> {
        Ok(self.open_object(key).await?.map(|(_, info, _)| info))
    }

    async fn remove(&self, key: &ObjectKey) -> Result<(), PortError> {
        let (tree, key) = (self.tree.clone(), key.clone());
        blocking(move || tree.remove(&key).map_err(failure)).await
    }

    async fn list(
        &self,
        prefix: Option<&ObjectKey>,
        after: Option<&ObjectKey>,
        limit: usize,
    ) -> Result<Vec<ObjectKey>, PortError> {
        let (tree, prefix, after) = (self.tree.clone(), prefix.cloned(), after.cloned());
        blocking(move || {
            let Some(folder) = tree.below(prefix.as_ref()).map_err(failure)? else { return Ok(Vec::new()) };
            let mut listing = Listing::new(after.as_ref(), limit);
            let prefix = prefix.map(|prefix| format!("{prefix}/")).unwrap_or_default();
            listing.walk(&folder, &prefix).map_err(failure)?;
            Ok(listing.into_keys())
        })
        .await
    }

    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<bool, PortError> {
        let Some(object) = self.get(from, None).await? else { return Ok(false) };
        self.put(object.to_be_put_at(to.clone())).await?;
        Ok(true)
    }

    async fn ping(&self) -> Result<(), PortError> {
        let (tree, name) = (self.tree.clone(), self.draft_name());
        blocking(move || {
            let probe = tree.draft(&name).and_then(|file| file.write_all_at(b"probe", 0));
            tree.discard(&name);
            probe.map_err(failure)
        })
        .await
    }
}

/// The bytes in a range of a file, piece by piece, as they are asked for.
fn read(file: File, range: Range<u64>) -> Bytestream {
    let file = Arc::new(file);
    stream::try_unfold(range, move |Range { start, end }| {
        let file = file.clone();
        async move {
            if start >= end {
                return Ok(None);
            }
            let piece = blocking(move || piece(&file, start, (end - start).min(READ))).await?;
            let next = start + piece.len() as u64;
            Ok(Some((piece, next..end)))
        }
    })
    .boxed()
}

fn piece(file: &File, start: u64, length: u64) -> Result<Bytes, PortError> {
    let mut bytes = BytesMut::zeroed(usize::try_from(length).unwrap_or(usize::MAX));
    file.read_exact_at(&mut bytes, start).map_err(failure)?;
    Ok(bytes.freeze())
}
