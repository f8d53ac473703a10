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

/// The key ring that seals secrets in development.
pub(crate) fn encryption_keys(path: &Path, source: &Source) -> anyhow::Result<Secret> {
    kept(path, "encryption.keys", source, KeyRing::generate)
}

/// What URLs of files are signed with where nothing else is given.
pub(crate) fn signing_secret(path: &Path, source: &Source) -> anyhow::Result<Secret> {
    kept(path, "storage.secret", source, |source| {
        tracing::warn!(
            "a secret for the URLs of files was made in DATA_DIR: nodes that do not share it need one"
        );
        source.token().to_secret()
    })
}

/// A secret read from the folder, or made there once. It is linked into place when it is whole, so that of several
/// processes that start together all read the same one.
fn kept(
    path: &Path,
    name: &str,
    source: &Source,
    make: impl FnOnce(&Source) -> Secret,
) -> anyhow::Result<Secret> {
    let file = path.join(name);
    if !file.exists() {
        let written = write_once(path, &file, source, &make(source));
        written.with_context(|| format!("{} can't be made", file.display()))?;
    }
    let secret =
        std::fs::read_to_string(&file).with_context(|| format!("{} can't be read", file.display()))?;
    Ok(Secret::new(secret.trim()))
}

fn write_once(path: &Path, file: &Path, source: &Source, secret: &Secret) -> std::io::Result<()> {
    let name: [u8; 8] = source.bytes();
    let draft = path.join(format!(".secret.{}", u64::from_be_bytes(name)));
    let mut made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    made.write_all(secret.expose().as_bytes())?;
    made.sync_all()?;
    let linked = std::fs::hard_link(&draft, file);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
