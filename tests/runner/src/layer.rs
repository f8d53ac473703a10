use anyhow::{Result, bail};

/// One layer of the tests, from the cheapest to the dearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layer {
    /// The rules of the house.
    Rules,
    /// Decisions, use cases, contracts, HTTP: every crate's own tests.
    Crates,
    /// The examples in the documentation.
    Examples,
    /// The binary over TCP.
    Journeys,
    /// Several servers, and what happens to them.
    Cluster,
    /// What the HTTP API answers, against its document.
    Openapi,
}

impl Layer {
    /// All of them, in the order in which they run.
    pub(crate) const ALL: [Self; 6] =
        [Self::Rules, Self::Crates, Self::Examples, Self::Journeys, Self::Cluster, Self::Openapi];

    /// What it is called on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Crates => "crates",
            Self::Examples => "examples",
            Self::Journeys => "journeys",
            Self::Cluster => "cluster",
            Self::Openapi => "openapi",
        }
    }

    /// The layer of that name.
    pub(crate) fn parse(name: &str) -> Result<Self> {
        match Self::ALL.into_iter().find(|layer| layer.name() == name) {
            Some(layer) => Ok(layer),
            None => bail!("there is no layer {name:?}; there are {}", Self::ALL.map(Self::name).join(", ")),
        }
    }

    /// What cargo is to run. The whole workspace is named and targets are chosen, because choosing packages changes
    /// the features of their dependencies, and with them what has to be compiled.
    pub(crate) fn targets(self) -> &'static [&'static str] {
        match self {
            Self::Rules => &["--workspace", "--test", "rules"],
            Self::Crates => &["--workspace", "--lib", "--bins", "--test", "it"],
            Self::Examples => &["--workspace", "--doc"],
            Self::Journeys => &["--workspace", "--test", "journeys"],
            Self::Cluster => &["--workspace", "--test", "cluster"],
            Self::Openapi => &["--workspace", "--test", "openapi"],
        }
    }
}
