use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::Rewire;
use crate::config::Config;
use crate::{logs, serve};

/// Serves until SIGTERM or SIGINT, then finishes what was begun.
pub(super) async fn run(config: Config, rewire: &Rewire) -> anyhow::Result<()> {
    logs::start(&config.log);
    let app = super::app(&config, rewire).await?;
    app.refresh().await.context("the installation's keys could not be read or made")?;
    if let Some(link) = app.set_up_link().await? {
        super::complain(&format!(
            "\n  Nobody operates this installation yet. Sign up here:\n  {}\n",
            link.expose()
        ));
    }
    let listener = TcpListener::bind(config.bind_addr)
        .await
        .with_context(|| format!("{} is not free", config.bind_addr))?;
    tracing::info!(address = %listener.local_addr()?, url = %config.public_url.origin(), mode = ?config.mode, "listening");

    let stop = CancellationToken::new();
    let working = tokio::spawn({
        let (app, stop) = (app.clone(), stop.clone());
        async move { app.work(stop).await }
    });
    let serving = tokio::spawn(serve::serve(listener, app.router()?, stop.clone()));
    signalled().await?;
    tracing::info!("stopping");
    app.health().drain();
    stop.cancel();
    serving.await?;
    working.await?;
    app.flush().await;
    tracing::info!("stopped");
    Ok(())
}

async fn signalled() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}
