//! Where files are kept: one arm a storage.

use std::sync::Arc;

use anyhow::Context as _;
use saaskit_kernel::{MovingStorage, SignedUrls, Source, Storage, StoragePlace, UrlVerifier};
use saaskit_storage_local::{LocalStorage, LocalUrls, LocalUrlsConfig};
#[cfg(feature = "storage-r2")]
use saaskit_storage_r2::R2Storage;

use crate::config::{Config, StorageKind};
use crate::data_dir;

/// Files, and the URLs of them.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) signed_urls: Arc<dyn SignedUrls>,
    pub(super) url_verifier: Option<Arc<dyn UrlVerifier>>,
}

/// The storage that was chosen, and behind it the one that files move from.
pub(super) fn files(config: &Config, source: &Source) -> anyhow::Result<Files> {
    let chosen = &config.storage;
    let to = place(config, chosen.kind, source)?;
    let serves = [Some(chosen.kind), chosen.fallback].contains(&Some(StorageKind::Local));
    let url_verifier =
        if serves { Some(Arc::new(local_urls(config, source)?) as Arc<dyn UrlVerifier>) } else { None };
    let Some(fallback) = chosen.fallback else {
        return Ok(Files { storage: to.storage, signed_urls: to.urls, url_verifier });
    };
    let moving = Arc::new(MovingStorage { to, from: place(config, fallback, source)? });
    Ok(Files { storage: moving.clone(), signed_urls: moving, url_verifier })
}

/// One storage.
pub(crate) fn place(config: &Config, kind: StorageKind, source: &Source) -> anyhow::Result<StoragePlace> {
    match kind {
        StorageKind::Local => {
            let storage = LocalStorage::open(&config.data_dir.join("files"), source.clone());
            let storage = Arc::new(storage.context("the folder of files can't be used")?);
            Ok(StoragePlace { storage, urls: Arc::new(local_urls(config, source)?) })
        }
        #[cfg(feature = "storage-r2")]
        StorageKind::R2 => {
            let r2 =
                config.storage.r2.as_ref().context("R2_ENDPOINT_URL and what belongs to it is not set")?;
            let r2 = Arc::new(R2Storage::new(r2, source.clone()).context("R2_ENDPOINT_URL can't be used")?);
            Ok(StoragePlace { storage: r2.clone(), urls: r2 })
        }
    }
}

fn local_urls(config: &Config, source: &Source) -> anyhow::Result<LocalUrls> {
    let secrets = match &*config.storage.signing {
        [] => vec![data_dir::signing_secret(&config.data_dir, source)?],
        given => given.to_vec(),
    };
    let config = LocalUrlsConfig { place: config.storage.place.clone(), secrets };
    LocalUrls::new(config, source.clone()).context("LOCAL_STORAGE_SIGNING_SECRET can't be used")
}
