use std::net::IpAddr;

use async_trait::async_trait;
use saaskit_kernel::{Badness, ErrorKind, IpReputation, PortError, Reloading, Source};

use crate::list::Stamp;
use crate::table::Table;
use crate::{InvalidIpList, IpList};

/// [`IpReputation`] by lists of networks.
#[derive(Debug)]
pub struct IpLists {
    loaded: Reloading<Loaded>,
}

#[derive(Debug)]
struct Loaded {
    stamps: Vec<Stamp>,
    table: Table,
}

impl IpLists {
    /// By these lists, all of which are read now. They are looked at again at most once a minute; while one can't be
    /// read, what was read before counts.
    pub fn new(lists: Vec<IpList>, source: Source) -> Result<Self, InvalidIpList> {
        let first = load(&lists)?;
        let loaded = Reloading::new(first, source, move |old: &Loaded| {
            let failed = |error| PortError::new(ErrorKind::Unavailable, "ip-lists").because(error);
            if stamps(&lists).map_err(failed)? == old.stamps {
                return Ok(None);
            }
            load(&lists).map(Some).map_err(failed)
        });
        Ok(Self { loaded })
    }
}

#[async_trait]
impl IpReputation for IpLists {
    async fn badness(&self, address: IpAddr) -> Result<Badness, PortError> {
        Ok(self.loaded.get().table.badness(address))
    }
}

fn stamps(lists: &[IpList]) -> Result<Vec<Stamp>, InvalidIpList> {
    let stamp = |list: &IpList| {
        Stamp::of(&list.path).map_err(|error| InvalidIpList::Unreadable(list.path.clone(), error))
    };
    lists.iter().map(stamp).collect()
}

fn load(lists: &[IpList]) -> Result<Loaded, InvalidIpList> {
    let stamps = stamps(lists)?;
    let mut networks = Vec::new();
    for list in lists {
        networks.extend(list.read()?.into_iter().map(|network| (network, list.badness)));
    }
    Ok(Loaded { stamps, table: Table::new(networks) })
}
