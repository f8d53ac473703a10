//! The least it can cost.

mod chain;

use anyhow::anyhow;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use axum::Json;
use axum::routing::get;
use serde_json::json;

use crate::cpu;

/// A bare server: one route without a layer, and those of the [`chain`]. It says where it listens, and a token.
pub(crate) async fn serve() -> anyhow::Result<()> {
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).init();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let (chain, token) = chain::router().await?;
    println!("{} {token}", listener.local_addr()?);
    let bare =
        get(|| async { Json(json!({ "id": "usr_01h455vb4pex5vsknk084sn02q", "email": "ana@example.org" })) });
    Ok(axum::serve(listener, chain.route("/json", bare)).await?)
}

/// CPU of one Argon2id at the kit's parameters with its memory reused, in microseconds; so many `threads` at once,
/// for they slow each other down.
pub(crate) async fn argon2(threads: u32, each: u32) -> anyhow::Result<f64> {
    let before = cpu::used_us(std::process::id())?;
    let hashing: Vec<_> = (0..threads).map(|_| tokio::task::spawn_blocking(move || hash(each))).collect();
    for thread in hashing {
        thread.await??;
    }
    Ok((cpu::used_us(std::process::id())? - before) / f64::from(threads * each))
}

fn hash(times: u32) -> anyhow::Result<()> {
    let params = Params::new(19_456, 2, 1, None).map_err(|error| anyhow!("{error}"))?;
    let mut memory = vec![Block::default(); params.block_count()];
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    for _ in 0..times {
        let mut out = [0; 32];
        hasher
            .hash_password_into_with_memory(b"Sunny-Meadow-42", &[7; 16], &mut out, &mut memory)
            .map_err(|error| anyhow!("{error}"))?;
    }
    Ok(())
}
