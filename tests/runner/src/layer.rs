use anyhow::{Result, bail};

/// What they are called, to a reader.
pub(crate) fn names(layers: &[Layer]) -> String {
    layers.iter().map(|layer| layer.name()).collect::<Vec<_>>().join(", ")
}

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
    /// All of them.
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
            None => bail!("there is no layer {name:?}; there are {}", names(&Self::ALL)),
        }
    }

    /// What cargo is to run of the whole workspace. Targets are chosen, because choosing packages changes the features
    /// of their dependencies, and with them what has to be compiled.
    pub(crate) fn targets(self) -> &'static [&'static str] {
        match self {
            Self::Rules => &["--test", "rules"],
            Self::Crates => &["--lib", "--bins", "--test", "it"],
            Self::Examples => &["--doc"],
            Self::Journeys => &["--test", "journeys"],
            Self::Cluster => &["--test", "cluster"],
            Self::Openapi => &["--test", "openapi"],
        }
    }

    /// Whether it needs the server's binary.
    pub(crate) fn needs_binary(self) -> bool {
        matches!(self, Self::Journeys | Self::Cluster | Self::Openapi)
    }
}
