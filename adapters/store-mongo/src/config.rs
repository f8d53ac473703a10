use std::fmt;
use std::time::Duration;

use bson::{Document, doc};
use mongodb::options::{
    Acknowledgment, ClientOptions, ConnectionString, HostInfo, ReadConcern, ReadPreference,
    SelectionCriteria, ServerAddress, Tls, WriteConcern,
};
use saaskit_kernel::{ErrorKind, PortError, Secret, is_this_machine};

use crate::failure::{port, port_error};

/// Where the servers are and how they are used.
#[derive(Clone)]
pub struct Config {
    /// `mongodb://login:password@host/database?replicaSet=name&tls=true`, or `mongodb+srv://…`.
    pub url: Secret,
    /// Connections to each server that are kept open even when idle.
    pub min: u32,
    /// Never more than this many connections to a server.
    pub max: u32,
    /// An idle connection beyond `min` is closed after this.
    pub idle: Duration,
    /// How long to look for a server that can take a statement.
    pub find: Duration,
    /// How long one statement may take.
    pub statement: Duration,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, min, max, idle, find, statement } = self;
        f.debug_struct("Config")
            .field("url", url)
            .field("min", min)
            .field("max", max)
            .field("idle", idle)
            .field("find", find)
            .field("statement", statement)
            .finish()
    }
}

impl Config {
    /// The servers of that address, with default connections.
    pub fn new(url: Secret) -> Self {
        Self {
            url,
            min: 5,
            max: 20,
            idle: Duration::from_secs(30),
            find: Duration::from_secs(3),
            statement: Duration::from_secs(10),
        }
    }

    /// Whether it makes sense; `Invalid` with all that is wrong. Nothing is connected.
    pub fn validate(&self) -> Result<(), PortError> {
        let rules = [
            (self.max == 0, "a pool needs at least one connection"),
            (self.min > self.max, "a pool's minimum is above its maximum"),
            (self.idle.is_zero(), "the time a connection may be idle can't be zero"),
            (self.find.is_zero(), "the time to look for a server can't be zero"),
            (self.statement.is_zero(), "the time a statement may take can't be zero"),
        ];
        let broken = rules.into_iter().filter(|(broken, _)| *broken).map(|(_, rule)| rule.to_owned());
        let faults: Vec<String> = broken.chain(self.address_fault()).collect();
        if faults.is_empty() {
            Ok(())
        } else {
            Err(port_error(ErrorKind::Invalid).because(faults.join("; ")))
        }
    }

    /// Whether what is said to the servers can be read on the way: one is on another machine, and connections are not
    /// encrypted.
    pub fn is_exposed(&self) -> bool {
        // One that can't be read is refused before anything is said to it.
        let Ok(address) = ConnectionString::parse(self.url.expose()) else { return false };
        let (encrypted_by_itself, all_are_here) = match &address.host_info {
            HostInfo::HostIdentifiers(hosts) => (false, hosts.iter().all(is_here)),
            // Those a name service lists (`mongodb+srv:`) are talked to encrypted unless the address says otherwise.
            _ => (true, false),
        };
        let encrypted =
            address.tls.as_ref().map_or(encrypted_by_itself, |tls| matches!(tls, Tls::Enabled(_)));
        !encrypted && !all_are_here
    }

    /// The driver's own words are not told: they may hold a part of the address.
    fn address_fault(&self) -> Option<String> {
        match ConnectionString::parse(self.url.expose()) {
            Err(_) => Some("the address is none of MongoDB, mongodb://host/database".to_owned()),
            Ok(address) if address.default_database.is_none() => {
                Some("the address names no database, as in mongodb://host/database".to_owned())
            }
            Ok(_) => None,
        }
    }

    /// Everything that was acknowledged is on a majority of the servers, and nothing else is read.
    pub(crate) async fn options(&self) -> Result<ClientOptions, PortError> {
        let mut options = ClientOptions::parse(self.url.expose()).await.map_err(port)?;
        options.app_name = Some("saaskit".to_owned());
        options.min_pool_size = Some(self.min);
        options.max_pool_size = Some(self.max);
        options.max_idle_time = Some(self.idle);
        options.connect_timeout = Some(self.find);
        options.server_selection_timeout = Some(self.find);
        // A driver that waits for a server is told no sooner than this that it is back.
        options.heartbeat_freq = Some(Duration::from_secs(2));
        options.read_concern = Some(ReadConcern::majority());
        options.write_concern = Some(self.majority());
        options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
        Ok(options)
    }

    /// On a majority of the servers, in their journals.
    pub(crate) fn majority(&self) -> WriteConcern {
        let on_most = WriteConcern::builder().w(Acknowledgment::Majority).journal(true);
        on_most.w_timeout(self.statement).build()
    }

    /// The same, as a command takes it.
    pub(crate) fn majority_document(&self) -> Document {
        let longest = i64::try_from(self.statement.as_millis()).unwrap_or(i64::MAX);
        doc! { "w": "majority", "j": true, "wtimeout": longest }
    }

    /// The longest that anything made of a few statements takes before it is given up here, whatever the server does.
    pub(crate) fn limit(&self) -> Duration {
        self.find + 2 * self.statement
    }
}

fn is_here(server: &ServerAddress) -> bool {
    match server {
        ServerAddress::Tcp { host, .. } => is_this_machine(host),
        // What is no address of a network is a socket in this machine's files.
        _ => true,
    }
}
