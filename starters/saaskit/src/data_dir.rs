//! The folder of the embedded defaults: readable by its owner only.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use anyhow::Context;
use saaskit_kernel::{Secret, Source};
use saaskit_seal_aead::KeyRing;

/// Makes the folder if it is not there.
pub(crate) fn open(path: &Path) -> anyhow::Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.with_context(|| format!("the folder {} can't be made", path.display()))
}

/// The key ring that seals secrets in development: read from the folder, or made there once. It is linked into
/// place when it is whole, so that of several processes that start together all read the same ring.
pub(crate) fn encryption_keys(path: &Path, source: &Source) -> anyhow::Result<Secret> {
    let file = path.join("encryption.keys");
    if !file.exists() {
        make(path, &file, source).with_context(|| format!("{} can't be made", file.display()))?;
    }
    let ring = std::fs::read_to_string(&file).with_context(|| format!("{} can't be read", file.display()))?;
    Ok(Secret::new(ring.trim()))
}

fn make(path: &Path, file: &Path, source: &Source) -> std::io::Result<()> {
    let name: [u8; 8] = source.bytes();
    let draft = path.join(format!(".encryption.keys.{}", u64::from_be_bytes(name)));
    let mut made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    made.write_all(KeyRing::generate(source).expose().as_bytes())?;
    made.sync_all()?;
    let linked = std::fs::hard_link(&draft, file);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
