//! All of saaskit, with this one adapter in the place of what the settings say.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use saaskit::command::{Arguments, run_with};
use saaskit_example_spool_sms::{SpoolConfig, SpoolSms};

#[tokio::main]
async fn main() -> ExitCode {
    run_with(Arguments::parse(), &|ports| {
        ports.sms = Some(Arc::new(SpoolSms::new(SpoolConfig::new("/var/spool/sms"))?));
        Ok(())
    })
    .await
}
