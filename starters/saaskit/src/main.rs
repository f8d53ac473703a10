//! `saaskit`: a whole SaaS backend.

use std::process::ExitCode;

use clap::Parser as _;
use saaskit::command::{Arguments, run};

#[tokio::main]
async fn main() -> ExitCode {
    run(Arguments::parse()).await
}
