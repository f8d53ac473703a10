use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use saaskit_kernel::{ErrorKind, PhoneNumber, PortError, SmsMessage};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use crate::{NAME, SpoolConfig};

/// Texts sign people in: the gateway shares the folder's group, and nobody else reads them.
const MODE: u32 = 0o640;

/// What a file of the folder holds.
#[derive(Serialize)]
struct Text<'a> {
    to: &'a str,
    /// Without one, the gateway says who it is from.
    from: Option<&'a str>,
    body: &'a str,
}

/// A message as a file.
pub(crate) struct Sheet {
    name: String,
    content: Vec<u8>,
}

impl Sheet {
    pub(crate) fn of(message: &SmsMessage) -> Result<Self, PortError> {
        let from = message.from.as_ref().map(PhoneNumber::as_str);
        let text = Text { to: message.to.as_str(), from, body: message.body() };
        let content = serde_json::to_vec(&text)
            .map_err(|error| PortError::new(ErrorKind::Unexpected, NAME).because(error))?;
        // A key may hold what no name of a file can.
        let name = format!("sms-{}.json", URL_SAFE_NO_PAD.encode(Sha256::digest(&message.key)));
        Ok(Self { name, content })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// Whether a file that we lay down can have that name. It can stand in a path.
pub(crate) fn is_name(text: &str) -> bool {
    let digest = text.strip_prefix("sms-").and_then(|rest| rest.strip_suffix(".json"));
    digest.is_some_and(|digest| {
        digest.len() == 43 && digest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    })
}

/// Puts a message into the folder, in the place of one of the same name.
pub(crate) fn lay_down(config: &SpoolConfig, sheet: &Sheet) -> Result<(), PortError> {
    has_room(config, &sheet.name)?;
    let folder = File::open(&config.folder).map_err(out_of_order)?;
    let draft = drafted(config, &sheet.content).map_err(out_of_order)?;
    draft.persist(config.folder.join(&sheet.name)).map_err(|failure| out_of_order(failure.error))?;
    // From here on the gateway may have it, whatever the disk says.
    folder.sync_all().map_err(|error| PortError::new(ErrorKind::TimedOut, NAME).because(error))
}

/// Whether a message of that name still lies there.
pub(crate) fn holds(config: &SpoolConfig, name: &str) -> Result<bool, PortError> {
    config.folder.join(name).try_exists().map_err(out_of_order)
}

/// Fails where a message would fail now; leaves nothing behind.
pub(crate) fn try_out(config: &SpoolConfig) -> Result<(), PortError> {
    has_room(config, "")?;
    drafted(config, b"{}").and_then(NamedTempFile::close).map_err(out_of_order)
}

/// A file that is on the disk as a whole, under a name that the gateway leaves alone. It is gone when it is dropped.
fn drafted(config: &SpoolConfig, content: &[u8]) -> io::Result<NamedTempFile> {
    let readers = Permissions::from_mode(MODE);
    let mut draft =
        tempfile::Builder::new().prefix(".draft-").permissions(readers).tempfile_in(&config.folder)?;
    draft.write_all(content)?;
    draft.as_file().sync_all()?;
    Ok(draft)
}

/// A message that lies there already needs no room.
fn has_room(config: &SpoolConfig, name: &str) -> Result<(), PortError> {
    let mut waiting = 0;
    for entry in fs::read_dir(&config.folder).map_err(out_of_order)? {
        let other = entry.map_err(out_of_order)?.file_name();
        waiting += usize::from(other != name && other.to_str().is_some_and(is_name));
    }
    if waiting >= config.most_waiting {
        let full =
            PortError::new(ErrorKind::Throttled, NAME).because("too many messages wait to be picked up");
        return Err(full.after(config.come_again));
    }
    Ok(())
}

/// A folder that is gone, full, locked or broken is one that somebody mends: nothing was laid down, another try may
/// help.
fn out_of_order(error: io::Error) -> PortError {
    PortError::new(ErrorKind::Unavailable, NAME).because(error)
}
