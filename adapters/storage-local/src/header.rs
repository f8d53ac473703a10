use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Error, ErrorKind};
use std::os::unix::fs::FileExt as _;

use saaskit_kernel::{NewObject, ObjectInfo, ObjectKey, Timestamp};
use serde::{Deserialize, Serialize};

use crate::query::from_hex;

/// The first line of an object's file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    saaskit_object: u8,
    key: String,
    content_type: String,
    metadata: BTreeMap<String, String>,
    length: u64,
    sha256: String,
    stored_at: Timestamp,
}

/// How files are written now.
const VERSION: u8 = 1;
/// More than the longest key, type and metadata take.
const LONGEST: usize = 16 * 1024;

impl Header {
    /// Of an object whose checksum is to be known at its end.
    pub(crate) fn of(object: &NewObject, stored_at: Timestamp) -> Self {
        Self {
            saaskit_object: VERSION,
            key: object.key.as_str().to_owned(),
            content_type: object.content_type.clone(),
            metadata: object.metadata.clone(),
            length: object.length,
            sha256: hex::encode([0; 32]),
            stored_at,
        }
    }

    /// The same, as long as before, with its checksum.
    pub(crate) fn complete(&mut self, sha256: &[u8; 32]) {
        self.sha256 = hex::encode(sha256);
    }

    pub(crate) fn line(&self) -> Result<Vec<u8>, Error> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }

    /// Reads the line; gives also where the bytes begin. A file that is not as long as it says is none of ours.
    pub(crate) fn read(file: &File) -> Result<(Self, u64), Error> {
        let mut start = Vec::new();
        let end = loop {
            let mut more = [0; 1024];
            let read = file.read_at(&mut more, start.len() as u64)?;
            let from = start.len();
            start.extend_from_slice(&more[..read]);
            if let Some(at) = more[..read].iter().position(|byte| *byte == b'\n') {
                break from + at;
            }
            if read == 0 || start.len() > LONGEST {
                return Err(unlike());
            }
        };
        let header: Self = serde_json::from_slice(&start[..end]).map_err(|_| unlike())?;
        let begin = end as u64 + 1;
        let is_whole = file.metadata()?.len().checked_sub(begin) == Some(header.length);
        if is_whole && header.saaskit_object == VERSION { Ok((header, begin)) } else { Err(unlike()) }
    }

    pub(crate) fn is_of(&self, key: &ObjectKey) -> bool {
        self.key == key.as_str()
    }

    /// Names the bytes: their checksum does.
    pub(crate) fn tag(&self) -> &str {
        &self.sha256
    }

    pub(crate) fn info(&self) -> Result<ObjectInfo, Error> {
        Ok(ObjectInfo {
            key: ObjectKey::parse(&self.key).map_err(|_| unlike())?,
            content_type: self.content_type.clone(),
            metadata: self.metadata.clone(),
            length: self.length,
            sha256: Some(from_hex(&self.sha256).ok_or_else(unlike)?),
            tag: self.tag().to_owned(),
            stored_at: self.stored_at,
        })
    }
}

fn unlike() -> Error {
    Error::new(ErrorKind::InvalidData, "a file is not as an object's file is")
}
