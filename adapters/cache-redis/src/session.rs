use std::time::Duration;

use fred::clients::{Client, WithOptions};
use fred::error::{Error, ErrorKind};
use fred::interfaces::ClientLike;
use fred::types::ConnectHandle;
use fred::types::config::{Options, Server};
use saaskit_kernel::is_this_machine;
use tokio::time::sleep;

use crate::config::Prepared;

/// How often a server has to show that it is there.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// One connection, or in a cluster one to each server, from when it stands until it is lost. It is never mended but
/// replaced: the client's own mending sends commands again, and overlooks servers that say nothing.
pub(crate) struct Session {
    client: Client,
    task: Task,
    only_here: bool,
}

/// The task that reads and writes; it ends with this value.
struct Task(ConnectHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Session {
    /// Connects and signs in; every step has its timeout.
    pub(crate) async fn open(prepared: &Prepared) -> Result<Self, Error> {
        let Prepared { only_here, servers, connection, performance } = prepared.clone();
        let client = Client::new(servers, Some(performance), Some(connection), None);
        // Waiting begins first, or the news would be over before anybody waits for it.
        let (connected, task) =
            tokio::join!(biased; client.wait_for_connect(), async { Task(client.connect()) });
        connected?;
        expect_here(&client, only_here)?;
        Ok(Self { client, task, only_here })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Waits until it is lost, and says why.
    pub(crate) async fn lost(&mut self) -> Error {
        loop {
            let beaten = async {
                sleep(HEARTBEAT).await;
                expect_here(&self.client, self.only_here)?;
                beat(&self.client).await
            };
            tokio::select! {
                ended = &mut self.task.0 => return cause(ended),
                beat = beaten => if let Err(error) = beat {
                    return error;
                },
            }
        }
    }
}

/// Refuses servers that are elsewhere, where that may not be: a cluster or a sentinel may have named them.
fn expect_here(client: &Client, only_here: bool) -> Result<(), Error> {
    let is_elsewhere = |server: &Server| !is_this_machine(&server.host);
    if only_here && client.active_connections().iter().any(is_elsewhere) {
        return Err(Error::new(ErrorKind::Tls, "a server on another machine is not talked to unencrypted"));
    }
    Ok(())
}

/// Asks every server for an answer: a cluster is there when all of it is.
async fn beat(client: &Client) -> Result<(), Error> {
    if !client.is_clustered() {
        return client.ping(None).await;
    }
    for server in client.active_connections() {
        let options = Options { cluster_node: Some(server), ..Options::default() };
        let there: WithOptions<Client> = client.with_options(&options);
        there.ping::<()>(None).await?;
    }
    Ok(())
}

fn cause(ended: Result<Result<(), Error>, tokio::task::JoinError>) -> Error {
    let closed = || Error::new(ErrorKind::IO, "the connection was closed");
    ended.map_or_else(|_| closed(), |ended| ended.err().unwrap_or_else(closed))
}
