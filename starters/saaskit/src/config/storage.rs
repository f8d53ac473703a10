use saaskit_http_axum::PublicUrl;
use saaskit_kernel::Secret;
use saaskit_storage_local::LocalUrlsConfig;

use super::reader::Reader;
use super::{Mode, items};

/// Where files are kept.
#[derive(Debug)]
pub struct Storage {
    /// Where they are put, and read.
    pub kind: StorageKind,
    /// Where what is not there is read meanwhile.
    pub fallback: Option<StorageKind>,
    /// What URLs of files on the local disk are signed with; without one, a secret in the data folder.
    pub signing: Vec<Secret>,
    /// Where they are served.
    pub place: String,
    /// The bucket, if one is named: used or not.
    #[cfg(feature = "storage-r2")]
    pub r2: Option<saaskit_storage_r2::R2Config>,
}

/// Which storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageKind {
    /// The folder `files` in the data folder.
    Local,
    /// R2, S3, or what speaks like them.
    #[cfg(feature = "storage-r2")]
    R2,
}

impl StorageKind {
    /// Reads the word it is configured by.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "local" => Ok(Self::Local),
            #[cfg(feature = "storage-r2")]
            "r2" => Ok(Self::R2),
            _ => Err("is no storage this build knows".to_owned()),
        }
    }
}

pub(super) fn read(reader: &mut Reader<'_>, mode: Mode, public_url: Option<&PublicUrl>) -> Option<Storage> {
    let kind = reader.parsed("STORAGE", StorageKind::parse);
    let fallback = reader.parsed("STORAGE_FALLBACK", StorageKind::parse);
    if fallback.is_some() && fallback == kind {
        reader.fault("STORAGE_FALLBACK", "is the same as STORAGE");
    }
    let place = public_url.map(|url| url.join(saaskit_http_axum::objects::PATH));
    let signing = reader.parsed("LOCAL_STORAGE_SIGNING_SECRET", |text| {
        let secrets: Vec<_> = items(text).map(Secret::new).collect();
        let config = LocalUrlsConfig { place: "http://localhost".to_owned(), secrets: secrets.clone() };
        config.check().map(|()| secrets).map_err(|invalid| format!("can't be used: {invalid}"))
    });
    #[cfg(feature = "storage-r2")]
    let r2 = {
        let is_used = [kind, fallback].contains(&Some(StorageKind::R2));
        r2::read(reader, mode, is_used)
    };
    #[cfg(not(feature = "storage-r2"))]
    {
        let _ = mode;
        let parts = OF_THE_BUCKET.map(|name| (name, false));
        super::unbuilt::refuse(reader, &parts);
    }
    Some(Storage {
        kind: kind?,
        fallback,
        signing: signing.unwrap_or_default(),
        place: place?,
        #[cfg(feature = "storage-r2")]
        r2,
    })
}

/// What a bucket can't do without.
const OF_THE_BUCKET: [&str; 4] =
    ["R2_ENDPOINT_URL", "R2_BUCKET_NAME", "R2_ACCESS_KEY_ID", "R2_SECRET_ACCESS_KEY"];

#[cfg(feature = "storage-r2")]
mod r2 {
    use saaskit_storage_r2::R2Config;

    use super::{Mode, OF_THE_BUCKET, Reader};

    /// All of it is asked for where it is used, or as soon as some of it is there: files may be moved to a bucket
    /// that is not used yet.
    pub(super) fn read(reader: &mut Reader<'_>, mode: Mode, is_used: bool) -> Option<R2Config> {
        let missing: Vec<_> = OF_THE_BUCKET.into_iter().filter(|name| !reader.is_set(name)).collect();
        if missing.len() == OF_THE_BUCKET.len() && !is_used {
            return None;
        }
        for name in missing {
            reader.fault(name, "is missing, and a bucket is nothing without it");
        }
        let (endpoint, bucket) = (reader.text("R2_ENDPOINT_URL"), reader.text("R2_BUCKET_NAME"));
        let (id, secret) = (reader.text("R2_ACCESS_KEY_ID"), reader.secret("R2_SECRET_ACCESS_KEY"));
        let (region, path_style) = (reader.text("R2_REGION"), reader.flag("R2_PATH_STYLE"));
        let config = R2Config::new(endpoint?, bucket?, id?, secret?);
        let config = R2Config { region: region?, path_style, ..config };
        if let Err(invalid) = config.check() {
            reader.fault("R2_ENDPOINT_URL", format!("can't be used with the other R2 settings: {invalid}"));
        } else if mode == Mode::Production && !config.is_private() {
            reader.fault("R2_ENDPOINT_URL", "is not https, and the bucket is on another machine");
        }
        Some(config)
    }
}
