use std::fs::{DirBuilder, File};
use std::io::{Error, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use rustix::fs::{self as disk, AtFlags, CWD, Dir, FlockOperation, Mode, OFlags};
use rustix::io::{Errno, retry_on_intr};
use saaskit_kernel::ObjectKey;

/// The folders objects lie in. A segment of a key is a folder called like it, with `.d` behind, or an object's file,
/// with `.o` behind: so an object may lie where others lie below, and no name means anything to the system.
#[derive(Debug)]
pub(crate) struct Tree {
    objects: OwnedFd,
    drafts: OwnedFd,
}

const OPENED: OFlags = OFlags::CLOEXEC.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK);
const FOLDER: OFlags = OPENED.union(OFlags::DIRECTORY).union(OFlags::RDONLY);

/// How often a folder that is wanted may be removed, because it was empty, before that is a failure.
const TRIES: usize = 16;

impl Tree {
    /// Makes the folders if they are not there, and removes what a process that died left half written.
    pub(crate) fn open(root: &Path) -> Result<Self, Error> {
        DirBuilder::new().recursive(true).mode(0o700).create(root)?;
        let root =
            disk::openat(CWD, root, OFlags::CLOEXEC | OFlags::DIRECTORY | OFlags::RDONLY, Mode::empty())?;
        let tree = Self { objects: folder(&root, "objects")?, drafts: folder(&root, "drafts")? };
        tree.clean()?;
        Ok(tree)
    }

    /// A new file beside the objects, locked for as long as it is open.
    pub(crate) fn draft(&self, name: &str) -> Result<File, Error> {
        let flags = OPENED | OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY;
        let file = disk::openat(&self.drafts, name, flags, Mode::RUSR | Mode::WUSR)?;
        disk::flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        Ok(file.into())
    }

    pub(crate) fn discard(&self, draft: &str) {
        // It is in its place already, or the next start removes it.
        let _ = disk::unlinkat(&self.drafts, draft, AtFlags::empty());
    }

    /// Puts a draft in the place of an object, for good, if it may replace what lies there.
    pub(crate) fn publish(
        &self,
        draft: &str,
        key: &ObjectKey,
        may_replace: impl Fn(Option<&File>) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let (folders, file) = places(key);
        for _ in 0..TRIES {
            match self.publish_in(&folders, &file, draft, &may_replace) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                done => return done,
            }
        }
        Err(Error::from(ErrorKind::NotFound))
    }

    fn publish_in(
        &self,
        folders: &[String],
        file: &str,
        draft: &str,
        may_replace: &impl Fn(Option<&File>) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let mut within = disk::openat(&self.objects, ".", FOLDER, Mode::empty())?;
        for name in folders {
            within = folder(&within, name)?;
        }
        lock(&within)?;
        if !may_replace(open(&within, file)?.as_ref())? {
            return Ok(false);
        }
        disk::renameat(&self.drafts, draft, &within, file)?;
        // What lies there is settled; others need not wait until the disk has it too.
        disk::flock(&within, FlockOperation::Unlock)?;
        disk::fsync(&within)?;
        Ok(true)
    }

    /// The file of an object.
    pub(crate) fn object(&self, key: &ObjectKey) -> Result<Option<File>, Error> {
        let (folders, name) = places(key);
        match self.within(&folders)? {
            Some(within) => open(&within, &name),
            None => Ok(None),
        }
    }

    /// Removes an object, and the folders that are empty without it.
    pub(crate) fn remove(&self, key: &ObjectKey) -> Result<(), Error> {
        let (mut folders, name) = places(key);
        let Some(within) = self.within(&folders)? else { return Ok(()) };
        lock(&within)?;
        match disk::unlinkat(&within, name, AtFlags::empty()) {
            // As when something is put there, others do not wait for the disk.
            Ok(()) => disk::flock(&within, FlockOperation::Unlock)?,
            Err(Errno::NOENT) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        disk::fsync(&within)?;
        while let Some(empty) = folders.pop() {
            let Some(above) = self.within(&folders)? else { break };
            if disk::unlinkat(&above, empty, AtFlags::REMOVEDIR).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// The folder of what lies below a key, or of everything.
    pub(crate) fn below(&self, prefix: Option<&ObjectKey>) -> Result<Option<OwnedFd>, Error> {
        let segments = prefix.into_iter().flat_map(|key| key.as_str().split('/'));
        self.within(&segments.map(as_folder).collect::<Vec<_>>())
    }

    fn within(&self, folders: &[String]) -> Result<Option<OwnedFd>, Error> {
        let mut within = disk::openat(&self.objects, ".", FOLDER, Mode::empty())?;
        for name in folders {
            within = match disk::openat(&within, name, FOLDER, Mode::empty()) {
                Ok(folder) => folder,
                Err(Errno::NOENT) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
        }
        Ok(Some(within))
    }

    /// Whoever writes a draft has it locked, in whatever process.
    fn clean(&self) -> Result<(), Error> {
        for entry in Dir::read_from(&self.drafts)? {
            let name = entry?.file_name().to_owned();
            let Ok(file) = disk::openat(&self.drafts, &name, OPENED | OFlags::RDONLY, Mode::empty()) else {
                continue;
            };
            if disk::flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
                // A folder is none of ours, and stays.
                let _ = disk::unlinkat(&self.drafts, &name, AtFlags::empty());
            }
        }
        Ok(())
    }
}

/// Nobody else, in whatever process, changes what lies in a locked folder until it is unlocked or closed.
fn lock(folder: &OwnedFd) -> Result<(), Errno> {
    retry_on_intr(|| disk::flock(folder, FlockOperation::LockExclusive))
}

fn open(within: &OwnedFd, file: &str) -> Result<Option<File>, Error> {
    match disk::openat(within, file, OPENED | OFlags::RDONLY, Mode::empty()) {
        Ok(file) => Ok(Some(File::from(file))),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The folder of that name, made if it is not there.
fn folder(within: &OwnedFd, name: &str) -> Result<OwnedFd, Errno> {
    match disk::openat(within, name, FOLDER, Mode::empty()) {
        Err(Errno::NOENT) => {}
        opened => return opened,
    }
    match disk::mkdirat(within, name, Mode::RWXU) {
        Ok(()) => disk::fsync(within)?,
        Err(Errno::EXIST) => {}
        Err(error) => return Err(error),
    }
    disk::openat(within, name, FOLDER, Mode::empty())
}

fn as_folder(segment: &str) -> String {
    format!("{segment}.d")
}

/// The folders on the way to an object's file, and the file.
fn places(key: &ObjectKey) -> (Vec<String>, String) {
    let (above, last) = key.as_str().rsplit_once('/').map_or((None, key.as_str()), |(a, l)| (Some(a), l));
    let folders = above.into_iter().flat_map(|above| above.split('/')).map(as_folder).collect();
    (folders, format!("{last}.o"))
}
