use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use saaskit_gateway::{Guests, Seat};
use saaskit_kernel::ObjectKey;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::ObjectFault;
use super::pace::Pace;

/// How many objects a node carries at once, and how slowly. An IPv6 address counts by its /64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfers {
    /// Uploads at once; each may have an object's bytes lying on the disk before it is one.
    pub uploads: u32,
    /// Of these, from one address.
    pub uploads_of_one: u32,
    /// Downloads at once.
    pub downloads: u32,
    /// Of these, to one address.
    pub downloads_of_one: u32,
    /// What an upload has to bring.
    pub slowest_upload: Pace,
    /// What of a download has to be taken.
    pub slowest_download: Pace,
}

/// 64 uploads of 16 KiB a second at least, and 512 downloads; an eighth of each for one address. What is taken is seen
/// only when a buffer of the system becomes free, which may be large: less is asked for there, and over a longer time.
impl Default for Transfers {
    fn default() -> Self {
        Self {
            uploads: 64,
            uploads_of_one: 8,
            downloads: 512,
            downloads_of_one: 64,
            slowest_upload: Pace { bytes: 480 * 1024, within: std::time::Duration::from_secs(30) },
            slowest_download: Pace { bytes: 64 * 1024, within: std::time::Duration::from_mins(1) },
        }
    }
}

/// The places for what is under way.
#[derive(Debug)]
pub(super) struct Places {
    uploads: Room,
    downloads: Room,
    /// What is being uploaded: twice at once only one of both would count, and both would take room.
    keys: Mutex<HashSet<ObjectKey>>,
}

impl Places {
    pub(super) fn of(transfers: &Transfers) -> Arc<Self> {
        let uploads = Room::of(transfers.uploads, transfers.uploads_of_one);
        let downloads = Room::of(transfers.downloads, transfers.downloads_of_one);
        Arc::new(Self { uploads, downloads, keys: Mutex::default() })
    }

    /// The place of a download.
    pub(super) fn for_download(&self, ip: IpAddr) -> Result<Place, ObjectFault> {
        self.downloads.place(ip)
    }

    /// The place of the only upload to a key.
    pub(super) fn for_upload(
        self: &Arc<Self>,
        key: &ObjectKey,
        ip: IpAddr,
    ) -> Result<UploadPlace, ObjectFault> {
        let place = self.uploads.place(ip)?;
        if !self.keys().insert(key.clone()) {
            return Err(ObjectFault::UploadInFlight);
        }
        Ok(UploadPlace { places: self.clone(), key: key.clone(), _place: place })
    }

    fn keys(&self) -> MutexGuard<'_, HashSet<ObjectKey>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room for so many at once, and for so many of one address.
#[derive(Debug)]
struct Room {
    all: Arc<Semaphore>,
    guests: Guests,
}

impl Room {
    fn of(all: u32, of_one: u32) -> Self {
        let all = Semaphore::new(usize::try_from(all).unwrap_or(usize::MAX));
        Self { all: Arc::new(all), guests: Guests::new(of_one) }
    }

    fn place(&self, ip: IpAddr) -> Result<Place, ObjectFault> {
        let seat = self.guests.seat(ip).ok_or(ObjectFault::TooManyOfOne)?;
        let permit = self.all.clone().try_acquire_owned().map_err(|_| ObjectFault::Busy)?;
        Ok(Place { _permit: permit, _seat: seat })
    }
}

/// A place; dropped, it is free again.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    _seat: Seat,
}

/// The place of an upload; dropped, it is free again.
#[derive(Debug)]
pub(super) struct UploadPlace {
    places: Arc<Places>,
    key: ObjectKey,
    _place: Place,
}

impl Drop for UploadPlace {
    fn drop(&mut self) {
        self.places.keys().remove(&self.key);
    }
}
