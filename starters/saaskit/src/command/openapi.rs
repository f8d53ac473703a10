use saaskit_http_axum::{PublicUrl, document};

use super::say;

pub(super) fn run() -> anyhow::Result<()> {
    let anywhere = PublicUrl::parse("http://localhost:8080")?;
    say(&document(&anywhere).to_pretty_json()?)?;
    Ok(())
}
