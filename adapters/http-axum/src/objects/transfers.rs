use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use saaskit_kernel::ObjectKey;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::ObjectFault;
use super::pace::Pace;

/// How many objects a node carries at once, and how slowly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfers {
    /// Uploads at once; each may have an object's bytes lying on the disk before it is one.
    pub uploads: u32,
    /// Downloads at once.
    pub downloads: u32,
    /// What an upload has to bring.
    pub slowest_upload: Pace,
    /// What of a download has to be taken.
    pub slowest_download: Pace,
}

/// 64 uploads of 16 KiB a second at least, and 512 downloads. What is taken is seen only when a buffer of the system
/// becomes free, which may be large: less is asked for there, and over a longer time.
impl Default for Transfers {
    fn default() -> Self {
        Self {
            uploads: 64,
            downloads: 512,
            slowest_upload: Pace { bytes: 480 * 1024, within: std::time::Duration::from_secs(30) },
            slowest_download: Pace { bytes: 64 * 1024, within: std::time::Duration::from_mins(1) },
        }
    }
}

/// The places for what is under way.
#[derive(Debug)]
pub(super) struct Places {
    uploads: Arc<Semaphore>,
    downloads: Arc<Semaphore>,
    /// What is being uploaded: twice at once only one of both would count, and both would take room.
    keys: Mutex<HashSet<ObjectKey>>,
}

impl Places {
    pub(super) fn of(transfers: &Transfers) -> Arc<Self> {
        let places = |number: u32| Arc::new(Semaphore::new(usize::try_from(number).unwrap_or(usize::MAX)));
        let (uploads, downloads) = (places(transfers.uploads), places(transfers.downloads));
        Arc::new(Self { uploads, downloads, keys: Mutex::default() })
    }

    /// The place of a download; it is free again when it is dropped.
    pub(super) fn for_download(&self) -> Result<OwnedSemaphorePermit, ObjectFault> {
        self.downloads.clone().try_acquire_owned().map_err(|_| ObjectFault::Busy)
    }

    /// The place of the only upload to a key.
    pub(super) fn for_upload(self: &Arc<Self>, key: &ObjectKey) -> Result<UploadPlace, ObjectFault> {
        let held = self.hold(key)?;
        let permit = self.uploads.clone().try_acquire_owned().map_err(|_| ObjectFault::Busy)?;
        Ok(UploadPlace { _key: held, _permit: permit })
    }

    fn hold(self: &Arc<Self>, key: &ObjectKey) -> Result<HeldKey, ObjectFault> {
        let is_first = self.keys().insert(key.clone());
        let held = is_first.then(|| HeldKey { places: self.clone(), key: key.clone() });
        held.ok_or(ObjectFault::UploadInFlight)
    }

    fn keys(&self) -> MutexGuard<'_, HashSet<ObjectKey>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of an upload; dropped, it is free again.
#[derive(Debug)]
pub(super) struct UploadPlace {
    _key: HeldKey,
    _permit: OwnedSemaphorePermit,
}

/// A key that is uploaded to; dropped, somebody else may.
#[derive(Debug)]
struct HeldKey {
    places: Arc<Places>,
    key: ObjectKey,
}

impl Drop for HeldKey {
    fn drop(&mut self) {
        self.places.keys().remove(&self.key);
    }
}
