//! `cargo verify [--strict] [--forge] [--only LAYER]… [--table FILE]`: the one test command.
//!
//! It starts the servers that the tests need, runs every layer, and prints which adapter passed which suite. What
//! can't be had on this machine is named and skipped; with `--strict` a skip is a failure. With `--forge` a public tool
//! is built, which takes minutes, and what it forges is shown to the server.
#![expect(clippy::print_stdout, reason = "a program of the command line answers there")]

mod cargo;
mod jwt_hack;
mod layer;
mod report;
mod schemathesis;
mod servers;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use anyhow::{Context, Result, bail};

use crate::cargo::Cargo;
use crate::jwt_hack::jwt_hack;
use crate::layer::{Layer, names};
use crate::report::Report;
use crate::schemathesis::schemathesis;
use crate::servers::{Servers, ended, had};

#[derive(Debug, Default)]
struct Arguments {
    strict: bool,
    only: Vec<Layer>,
    table: Option<PathBuf>,
    forge: bool,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut arguments = Self::default();
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} needs a value"));
            match word.as_str() {
                "--strict" => arguments.strict = true,
                "--only" => arguments.only.push(Layer::parse(&value()?)?),
                "--forge" => arguments.forge = true,
                "--table" => arguments.table = Some(value()?.into()),
                _ => bail!("usage: cargo verify [--strict] [--forge] [--only LAYER]… [--table FILE]"),
            }
        }
        Ok(arguments)
    }

    fn layers(&self) -> impl Iterator<Item = Layer> {
        Layer::ALL.into_iter().filter(|layer| self.only.is_empty() || self.only.contains(layer))
    }
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    let report = verify(&arguments)?;
    if let Some(file) = &arguments.table {
        std::fs::write(file, report.table()).with_context(|| format!("writing {}", file.display()))?;
    }
    println!("\n{}", report.closing());
    Ok(if report.is_good(arguments.strict) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn verify(arguments: &Arguments) -> Result<Report> {
    let mut report = Report::default();
    let mut cargo = Cargo::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    let needs_servers =
        arguments.layers().any(|layer| matches!(layer, Layer::Crates | Layer::Journeys | Layer::Cluster));
    let judged = arguments.layers().any(|layer| layer == Layer::Openapi);
    let (_servers, tool) = thread::scope(|scope| {
        let tool = judged.then(|| scope.spawn(schemathesis));
        let servers = needs_servers.then(|| Servers::start(&mut cargo, &mut report));
        (servers, tool.and_then(|tool| had("schemathesis", ended(tool), &mut report)))
    });
    if let Some(tool) = &tool {
        cargo.with_schemathesis(tool.display().to_string());
    }
    if let Some(forger) = arguments.forge.then(|| had("jwt-hack", jwt_hack(), &mut report)).flatten() {
        cargo.with_forger(forger.display().to_string());
    }
    let layers = arguments.layers().filter(|layer| *layer != Layer::Openapi || tool.is_some());
    let (examples, others): (Vec<_>, Vec<_>) = layers.partition(|layer| *layer == Layer::Examples);
    if others.iter().any(|layer| layer.needs_binary()) {
        println!("== build");
        cargo.build("saaskit", "SAASKIT_BIN")?;
    }
    for layers in [others, examples] {
        if !layers.is_empty() {
            println!("== {}", names(&layers));
            cargo.test(&layers, &mut report)?;
        }
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments> {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn every_layer_runs_in_order_unless_some_are_named() {
        assert_eq!(parse("").unwrap().layers().collect::<Vec<_>>(), Layer::ALL);
        let some = parse("--only journeys --strict --only rules").unwrap();
        assert_eq!(some.layers().collect::<Vec<_>>(), [Layer::Rules, Layer::Journeys]);
        assert!(some.strict);
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        assert!(parse("--only").unwrap_err().to_string().contains("--only needs a value"));
        assert!(
            parse("--only browser")
                .unwrap_err()
                .to_string()
                .contains("rules, crates, examples, journeys, cluster, openapi")
        );
        assert!(parse("--fast").unwrap_err().to_string().starts_with("usage"));
    }
}
