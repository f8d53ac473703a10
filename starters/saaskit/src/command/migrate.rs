use super::say;
use crate::config::Config;
use crate::wire;

pub(super) async fn run(config: &Config) -> anyhow::Result<()> {
    let applied = wire::migrate(config).await?;
    for name in &applied {
        say(&format!("applied {name}"))?;
    }
    if applied.is_empty() {
        say("nothing to do")?;
    }
    Ok(())
}
