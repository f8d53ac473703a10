use std::fs::File;
use std::io::{Error, ErrorKind, Write as _};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use bytes::Bytes;
use saaskit_kernel::{Measure, NewObject, ObjectInfo, ObjectKey, Over, PortError, Timestamp};

use crate::failure::{ADAPTER, failure};
use crate::header::Header;
use crate::tree::Tree;

/// An object that is being written beside the others. Dropped, it is gone.
#[derive(Debug)]
pub(crate) struct Draft {
    tree: Arc<Tree>,
    name: String,
    file: File,
    key: ObjectKey,
    header: Header,
    measure: Measure,
}

impl Draft {
    /// Begins the file of that name with what is known of the object.
    pub(crate) fn begin(
        tree: Arc<Tree>,
        name: String,
        object: &NewObject,
        now: Timestamp,
    ) -> Result<Self, PortError> {
        let file = tree.draft(&name).map_err(failure)?;
        let (header, measure) = (Header::of(object, now), Measure::of(object, ADAPTER));
        let mut draft = Self { tree, name, file, key: object.key.clone(), header, measure };
        draft.header.line().and_then(|line| draft.file.write_all(&line)).map_err(failure)?;
        Ok(draft)
    }

    /// Writes the next bytes.
    pub(crate) fn write(mut self, pieces: &[Bytes]) -> Result<Self, PortError> {
        for piece in pieces {
            self.measure.take(piece)?;
            self.file.write_all(piece).map_err(failure)?;
        }
        Ok(self)
    }

    /// Puts it where it belongs, once it is whole and on the disk; `None` if something else lies there.
    pub(crate) fn publish(mut self, over: &Over) -> Result<Option<ObjectInfo>, PortError> {
        self.header.complete(&self.measure.finish()?);
        let is_published = self.settle(over).map_err(failure)?;
        is_published.then(|| self.header.info().map_err(failure)).transpose()
    }

    fn settle(&self, over: &Over) -> Result<bool, Error> {
        self.file.write_all_at(&self.header.line()?, 0)?;
        self.file.sync_all()?;
        self.tree.publish(&self.name, &self.key, |there| match there.map(Header::read) {
            None => Ok(over.allows(None)),
            Some(Ok((header, _))) if header.is_of(&self.key) => Ok(over.allows(Some(header.tag()))),
            Some(Ok(_)) => Err(Error::new(ErrorKind::InvalidData, "the file system takes two keys for one")),
            // What can't be read has no tag.
            Some(Err(_)) => Ok(*over == Over::Anything),
        })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        self.tree.discard(&self.name);
    }
}
