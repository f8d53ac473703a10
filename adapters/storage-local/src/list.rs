use std::collections::BinaryHeap;
use std::io::Error;
use std::os::fd::OwnedFd;

use rustix::fs::{self as disk, AtFlags, Dir, DirEntry, FileType, Mode, OFlags};
use saaskit_kernel::ObjectKey;

/// Names of one folder that are held at once, however many it has.
const HELD: usize = 1000;

/// Lists keys in their order, which is not that of the folders: `a-b` is before `a/b`, and `a0` behind it.
#[derive(Debug)]
pub(crate) struct Listing<'a> {
    after: &'a str,
    limit: usize,
    keys: Vec<ObjectKey>,
}

impl<'a> Listing<'a> {
    pub(crate) fn new(after: Option<&'a ObjectKey>, limit: usize) -> Self {
        Self { after: after.map_or("", ObjectKey::as_str), limit, keys: Vec::new() }
    }

    pub(crate) fn into_keys(self) -> Vec<ObjectKey> {
        self.keys
    }

    /// Goes through a folder, whose objects' keys all begin with `prefix`.
    pub(crate) fn walk(&mut self, folder: &OwnedFd, prefix: &str) -> Result<(), Error> {
        let held = self.limit.clamp(1, HELD);
        let mut last = String::new();
        loop {
            let names = self.names(folder, prefix, &last, held)?;
            for name in &names {
                if self.keys.len() >= self.limit {
                    return Ok(());
                }
                let key = format!("{prefix}{name}");
                if let Some(segment) = name.strip_suffix('/') {
                    self.descend(folder, segment, &key)?;
                } else if let Ok(key) = ObjectKey::parse(&key) {
                    self.keys.push(key);
                }
            }
            let is_rest = names.len() < held;
            match names.into_iter().next_back() {
                Some(name) if !is_rest => last = name,
                _ => return Ok(()),
            }
        }
    }

    fn descend(&mut self, folder: &OwnedFd, segment: &str, prefix: &str) -> Result<(), Error> {
        let flags = OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::DIRECTORY | OFlags::RDONLY;
        match disk::openat(folder, format!("{segment}.d"), flags, Mode::empty()) {
            Ok(below) => self.walk(&below, prefix),
            // It was removed meanwhile.
            Err(rustix::io::Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The next names in a folder, in the order of the keys; what has others below it ends with `/`.
    fn names(&self, folder: &OwnedFd, prefix: &str, last: &str, held: usize) -> Result<Vec<String>, Error> {
        let mut names = BinaryHeap::new();
        for entry in Dir::read_from(folder)? {
            let Some(name) = name(folder, &entry?) else { continue };
            if name.as_str() > last && self.is_wanted(&format!("{prefix}{name}")) {
                names.push(name);
                if names.len() > held {
                    names.pop();
                }
            }
        }
        Ok(names.into_sorted_vec())
    }

    fn is_wanted(&self, key: &str) -> bool {
        key > self.after || key.ends_with('/') && self.after.starts_with(key)
    }
}

/// What an entry stands for; a link or anything else that is not ours stands for nothing.
fn name(folder: &OwnedFd, entry: &DirEntry) -> Option<String> {
    let mut kind = entry.file_type();
    if kind == FileType::Unknown {
        let known = disk::statat(folder, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW).ok()?;
        kind = FileType::from_raw_mode(known.st_mode);
    }
    let name = entry.file_name().to_str().ok()?;
    match kind {
        FileType::RegularFile => name.strip_suffix(".o").map(str::to_owned),
        FileType::Directory => name.strip_suffix(".d").map(|segment| format!("{segment}/")),
        _ => None,
    }
}
