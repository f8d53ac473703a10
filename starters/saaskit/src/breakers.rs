use saaskit_kernel::{Alarms, Breaker, BreakerSettings, Source};

/// The breakers of a server: what they are of is seen in its health and its metrics, and told by its alerts.
#[derive(Debug, Clone)]
pub struct Breakers {
    source: Source,
    alarms: Alarms,
    all: Vec<Breaker>,
}

impl Breakers {
    /// None yet.
    pub fn new(source: Source) -> Self {
        Self { source, alarms: Alarms::default(), all: Vec::new() }
    }

    /// One more, of that name.
    pub fn add(&mut self, name: &'static str, settings: BreakerSettings) -> Breaker {
        let breaker = Breaker::new(name, settings, self.source.clone(), self.alarms.clone());
        self.all.push(breaker.clone());
        breaker
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[Breaker] {
        &self.all
    }

    /// What they have to tell.
    pub(crate) fn alarms(&self) -> &Alarms {
        &self.alarms
    }
}
