use std::sync::Arc;

use saaskit_conformance::fixtures::{self, FixedClock, source_at};
use saaskit_conformance::signed_urls::{OwnServer, SignedUrlsHarness};
use saaskit_conformance::storage::StorageHarness;
use saaskit_storage_local::{LocalStorage, LocalUrls};

use crate::urls::{SECRET, config};

fn storage() -> StorageHarness {
    let folder = tempfile::tempdir().unwrap();
    let storage = LocalStorage::open(folder.path(), fixtures::source()).unwrap();
    StorageHarness::of(Arc::new(storage)).keeping(folder)
}

fn signed_urls() -> SignedUrlsHarness {
    let (clock, folder) = (Arc::new(FixedClock::default()), tempfile::tempdir().unwrap());
    let storage = Arc::new(LocalStorage::open(folder.path(), source_at(clock.clone())).unwrap());
    let urls = Arc::new(LocalUrls::new(config(&[SECRET]), source_at(clock.clone())).unwrap());
    SignedUrlsHarness {
        urls: urls.clone(),
        stranger: Arc::new(OwnServer { verifier: urls, storage: storage.clone() }),
        storage: StorageHarness::of(storage).keeping(folder),
        time: clock,
        secret: SECRET,
    }
}

saaskit_conformance::storage_suite!(std::future::ready(super::storage()));
saaskit_conformance::signed_urls_suite!(std::future::ready(super::signed_urls()));
