use sha2::{Digest, Sha256};

use super::NewObject;
use crate::{ErrorKind, PortError};

/// Counts and hashes the bytes of a body as they come, and refuses what is not as it was said to be.
#[derive(Debug)]
pub struct Measure {
    adapter: &'static str,
    said_length: u64,
    said_sha256: Option<[u8; 32]>,
    length: u64,
    hash: Sha256,
}

impl Measure {
    /// Of the body of that object, for the adapter of that name.
    pub fn of(object: &NewObject, adapter: &'static str) -> Self {
        let (said_length, said_sha256) = (object.length, object.sha256);
        Self { adapter, said_length, said_sha256, length: 0, hash: Sha256::new() }
    }

    /// Takes the next bytes; refuses those that are too many.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), PortError> {
        self.length = self.length.saturating_add(bytes.len() as u64);
        if self.length > self.said_length {
            return Err(self.refuse("the body is longer than was said"));
        }
        self.hash.update(bytes);
        Ok(())
    }

    /// The SHA-256 of all bytes, if they are as many as was said, and those that were said.
    pub fn finish(&self) -> Result<[u8; 32], PortError> {
        if self.length < self.said_length {
            return Err(self.refuse("the body is shorter than was said"));
        }
        let sha256 = self.hash.clone().finalize().into();
        match self.said_sha256 {
            Some(said) if said != sha256 => Err(self.refuse("the body has another checksum than was said")),
            _ => Ok(sha256),
        }
    }

    fn refuse(&self, why: &'static str) -> PortError {
        PortError::new(ErrorKind::Invalid, self.adapter).because(why)
    }
}
