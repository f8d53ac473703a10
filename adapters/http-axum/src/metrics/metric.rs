use prometheus_client::registry::{self, Registry};

/// Something that is counted, as it is told and documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its name: `saaskit_http_requests_total`.
    pub name: &'static str,
    /// counter, gauge or histogram.
    pub kind: &'static str,
    /// What it is told apart by. Each has a bounded number of values.
    pub labels: &'static [&'static str],
    /// What it is, in a sentence without its full stop.
    pub about: &'static str,
}

impl Metric {
    /// A number that only rises; its name ends in `_total`.
    pub const fn counter(name: &'static str, labels: &'static [&'static str], about: &'static str) -> Self {
        Self { name, kind: "counter", labels, about }
    }

    /// A number that rises and falls.
    pub const fn gauge(name: &'static str, labels: &'static [&'static str], about: &'static str) -> Self {
        Self { name, kind: "gauge", labels, about }
    }

    /// How many were how large.
    pub const fn histogram(name: &'static str, labels: &'static [&'static str], about: &'static str) -> Self {
        Self { name, kind: "histogram", labels, about }
    }

    /// Has it told with the others of a registry, which adds the end of a counter's name.
    pub fn register(&self, registry: &mut Registry, numbers: impl registry::Metric) {
        let name = self.name.strip_suffix("_total").unwrap_or(self.name);
        registry.register(name, self.about, numbers);
    }
}
