use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// What a dependency is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The code itself.
    Normal,
    /// Its tests.
    Dev,
    /// Its build script.
    Build,
}

/// One line of a package's dependencies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The package's name.
    pub name: String,
    /// What for.
    pub kind: Kind,
}

/// A package, of this workspace or from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its folder, seen from the top of the workspace.
    pub folder: String,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
    /// Its licence, as an SPDX expression.
    pub license: Option<String>,
}

/// A file of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path, seen from the top of the workspace.
    pub path: String,
    /// What is in it.
    pub text: String,
}

impl File {
    /// What its name ends in, without the dot.
    pub fn extension(&self) -> &str {
        Path::new(&self.path).extension().and_then(OsStr::to_str).unwrap_or_default()
    }

    /// Its text up to the tests at its end.
    pub fn code(&self) -> &str {
        self.text.split("\n#[cfg(test)]").next().unwrap_or_default()
    }
}

/// This workspace.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The one that this crate is in.
    pub fn here() -> Result<Self> {
        let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).canonicalize()?;
        Ok(Self { root })
    }

    /// Its packages.
    pub fn members(&self) -> Result<Vec<Package>> {
        self.metadata(&["--no-deps"])
    }

    /// Its packages and all that they depend on, on any platform.
    pub fn all_packages(&self) -> Result<Vec<Package>> {
        self.metadata(&[])
    }

    /// Its text files: those that git tracks, and those that it would.
    pub fn files(&self) -> Result<Vec<File>> {
        let listed = self.run("git", &["ls-files", "-z", "--cached", "--others", "--exclude-standard"])?;
        let mut paths: Vec<&str> = listed.split_terminator('\0').collect();
        paths.sort_unstable();
        paths.dedup();
        let read = |path: &str| {
            let text = fs::read_to_string(self.root.join(path)).ok()?;
            Some(File { path: path.to_owned(), text })
        };
        Ok(paths.into_iter().filter_map(read).collect())
    }

    /// The text of one file; empty where there is none.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_default()
    }

    /// Replaces one file.
    pub fn write(&self, path: &str, text: &str) -> Result<()> {
        fs::write(self.root.join(path), text).with_context(|| format!("writing {path}"))
    }

    /// Whether there is a file or folder of that path.
    pub fn has(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// What a program prints when it is run at the top of the workspace.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(&self.root)
            .output()
            .with_context(|| format!("running {program}"))?;
        let problem = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{program} {}: {problem}", arguments.join(" "));
        Ok(String::from_utf8(output.stdout)?)
    }

    fn metadata(&self, arguments: &[&str]) -> Result<Vec<Package>> {
        let text = self.run("cargo", &[&["metadata", "--format-version", "1"], arguments].concat())?;
        let metadata: Value = serde_json::from_str(&text)?;
        let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
        packages.iter().map(|package| self.package(package)).collect()
    }

    fn package(&self, package: &Value) -> Result<Package> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let manifest =
            PathBuf::from(text(&package["manifest_path"]).context("a package without a manifest")?);
        let folder = manifest.parent().context("a manifest without a folder")?;
        let dependencies = package["dependencies"].as_array().context("a package without dependencies")?;
        let dependency = |dependency: &Value| {
            let kind = match dependency["kind"].as_str() {
                None => Kind::Normal,
                Some("dev") => Kind::Dev,
                Some(_) => Kind::Build,
            };
            Some(Dependency { name: text(&dependency["name"])?, kind })
        };
        Ok(Package {
            name: text(&package["name"]).context("a package without a name")?,
            folder: folder.strip_prefix(&self.root).unwrap_or(folder).to_string_lossy().into_owned(),
            dependencies: dependencies.iter().filter_map(dependency).collect(),
            license: text(&package["license"]),
        })
    }
}
