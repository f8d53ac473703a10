use std::time::Duration;

use crate::Options;
use crate::report::Figure;
use crate::server::Site;

/// Starts on a database that is up to date, and lets it be for a while.
pub(super) async fn run(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let site = Site::new(&options.binary)?;
    drop(site.serve().await?);
    let server = site.serve().await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok(vec![
        Figure::new("start to first 200, CPU", server.start_cpu_ms, "ms CPU").at_most(100.0),
        Figure::new("start to first 200, wall", server.start_wall_ms, "ms"),
        Figure::new("memory idle", server.memory_mib()?, "MiB").at_most(70.0),
    ])
}
