use std::process::ExitCode;

use clap::{Args, Subcommand};
use saaskit_kernel::{Fate, Migrated, ObjectKey, Source, StorageMigration};
use serde_json::json;

use super::{complain, say};
use crate::config::{Config, StorageKind};
use crate::{data_dir, wire};

/// What can be done with all files.
#[derive(Debug, Subcommand)]
pub(super) enum Storage {
    /// Takes all files over into another storage; begun again, it goes on. Let the server use the new one before
    /// (`STORAGE`), with the old one behind it (`STORAGE_FALLBACK`).
    Migrate(Migrate),
}

#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Where the files are: local or r2.
    #[arg(long, value_parser = StorageKind::parse)]
    from: StorageKind,
    /// Where they are to be.
    #[arg(long, value_parser = StorageKind::parse)]
    to: StorageKind,
    /// Removes each file where it was, once it was read back whole where it is.
    #[arg(long)]
    delete_source: bool,
    /// Says what became of the files in JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &Config, Storage::Migrate(migrate): &Storage) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(migrate.from != migrate.to, "--from and --to are the same");
    data_dir::open(&config.data_dir)?;
    let source = Source::system();
    let migration = StorageMigration {
        from: wire::place(config, migrate.from, &source)?.storage,
        to: wire::place(config, migrate.to, &source)?.storage,
        delete_source: migrate.delete_source,
    };
    let all = migration.run(tell).await?;
    report(&all, migrate.json)?;
    Ok(if all.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How often somebody who waits hears how far it is.
const TELL_EVERY: u64 = 1000;

/// Says on standard error how far it is, and which files could not be taken over.
fn tell(key: &ObjectKey, fate: &Fate, so_far: &Migrated) {
    if let Fate::Failed(error) = fate {
        let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
        complain(&format!("{key} was not taken over: {error}{cause}"));
    }
    let done = so_far.migrated + so_far.skipped + so_far.failed;
    if done.is_multiple_of(TELL_EVERY) {
        complain(&format!("{done} files: {}", counts(so_far)));
    }
}

fn counts(Migrated { migrated, skipped, failed, deleted }: &Migrated) -> String {
    format!("{migrated} migrated, {skipped} skipped, {failed} failed, {deleted} removed where they were")
}

fn report(all: &Migrated, as_json: bool) -> std::io::Result<()> {
    let Migrated { migrated, skipped, failed, deleted } = all;
    if as_json {
        let all = json!({"migrated": migrated, "skipped": skipped, "failed": failed, "deleted": deleted});
        return say(&all.to_string());
    }
    say(&counts(all))
}
