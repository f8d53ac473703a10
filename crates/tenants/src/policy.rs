use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use saaskit_kernel::{Code, Email, Faults, Invalid, Principal, Timestamp};
use serde::{Deserialize, Serialize};

use crate::IpRange;

/// What a workspace asks of who enters it, beyond being a member. The default asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TenantPolicy {
    mfa_required: bool,
    session_max_seconds: Option<u64>,
    methods: BTreeSet<String>,
    ip_ranges: BTreeSet<IpRange>,
    #[serde(default)]
    domains: BTreeSet<String>,
}

/// A policy as it is asked for.
#[derive(Debug, Clone, Default)]
pub struct NewPolicy {
    /// Whether a second factor is needed.
    pub mfa_required: bool,
    /// How many seconds ago the last sign-in may be; five minutes to 90 days.
    pub session_max_seconds: Option<u64>,
    /// By which methods (`amr`) one may have signed in; any of them will do, and none means all.
    pub methods: Vec<String>,
    /// From which networks; none means all.
    pub ip_ranges: Vec<String>,
    /// At which domains one may have the address of the account; none means all.
    pub domains: Vec<String>,
}

/// With what a session comes, besides what it is.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// From where.
    pub ip: Option<IpAddr>,
    /// The address of its account, where a policy asks for that.
    pub email: Option<&'a Email>,
    /// When.
    pub at: Timestamp,
}

const MOST_METHODS: usize = 10;
const MOST_RANGES: usize = 50;
const MOST_DOMAINS: usize = 50;
const SHORTEST_SESSION: u64 = 5 * 60;
const LONGEST_SESSION: u64 = 90 * 24 * 60 * 60;

/// The method (RFC 8176) of whoever has shown a second factor.
const SECOND_FACTOR: &str = "mfa";

impl TenantPolicy {
    /// Reads a policy; all faults at once.
    pub fn parse(ask: NewPolicy) -> Result<Self, Vec<(&'static str, Invalid)>> {
        let mut faults = Faults::default();
        let age = faults.keep("session_max_seconds", read_age(ask.session_max_seconds));
        let methods = faults.keep("methods", read_methods(ask.methods));
        let ranges = faults.keep("ip_ranges", read_ranges(&ask.ip_ranges));
        let domains = faults.keep("domains", read_domains(&ask.domains));
        let (Some(session_max_seconds), Some(methods), Some(ip_ranges), Some(domains)) =
            (age, methods, ranges, domains)
        else {
            return Err(faults.into_vec());
        };
        Ok(Self { mfa_required: ask.mfa_required, session_max_seconds, methods, ip_ranges, domains })
    }

    /// Whether a second factor is needed.
    pub fn mfa_required(&self) -> bool {
        self.mfa_required
    }

    /// How many seconds ago the last sign-in may be.
    pub fn session_max_seconds(&self) -> Option<u64> {
        self.session_max_seconds
    }

    /// By which methods one may have signed in; none means all.
    pub fn methods(&self) -> &BTreeSet<String> {
        &self.methods
    }

    /// From which networks one may come; none means all.
    pub fn ip_ranges(&self) -> &BTreeSet<IpRange> {
        &self.ip_ranges
    }

    /// At which domains one may have the address of the account; none means all.
    pub fn domains(&self) -> &BTreeSet<String> {
        &self.domains
    }

    /// Whether a session that comes so is all that is asked for; otherwise what it lacks.
    pub fn check(&self, by: &Principal, visit: Visit<'_>) -> Result<(), Shortfall> {
        let has = |method: &String| by.methods.contains(method);
        let is_within = |ip: IpAddr| self.ip_ranges.iter().any(|range| range.contains(ip));
        let is_at_one = |email: &Email| self.domains.contains(email.domain());
        let max_age = self.session_max_seconds.map(Duration::from_secs);
        let mut lacks = Vec::new();
        if self.mfa_required && !has(&SECOND_FACTOR.to_owned()) {
            lacks.push(("mfa_required", NO_SECOND_FACTOR));
        }
        if max_age.is_some_and(|most| !by.is_recent(visit.at, most)) {
            lacks.push(("session_max_seconds", SIGN_IN_TOO_OLD));
        }
        if !self.methods.is_empty() && !self.methods.iter().any(has) {
            lacks.push(("methods", METHOD_NOT_ACCEPTED));
        }
        if !self.ip_ranges.is_empty() && !visit.ip.is_some_and(is_within) {
            lacks.push(("ip_ranges", NETWORK_NOT_ACCEPTED));
        }
        if !self.domains.is_empty() && !visit.email.is_some_and(is_at_one) {
            lacks.push(("domains", DOMAIN_NOT_ACCEPTED));
        }
        if lacks.is_empty() { Ok(()) } else { Err(Shortfall { lacks, accepted: self.to_string() }) }
    }
}

/// What is asked for, in a sentence; the networks and the domains are nobody's business who is not in them.
impl fmt::Display for TenantPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods: Vec<&str> = self.methods.iter().map(String::as_str).collect();
        let parts = [
            self.mfa_required.then(|| "a second factor".to_owned()),
            self.session_max_seconds.map(|seconds| format!("a sign-in at most {seconds} seconds ago")),
            (!methods.is_empty()).then(|| format!("a sign-in by one of: {}", methods.join(", "))),
            (!self.ip_ranges.is_empty()).then(|| "a network of its own".to_owned()),
            (!self.domains.is_empty()).then(|| "an address at a domain of its own".to_owned()),
        ];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
    }
}

/// What a session lacks to be let in, and what would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortfall {
    lacks: Vec<(&'static str, Invalid)>,
    accepted: String,
}

impl Shortfall {
    /// A session whose sign-in is too long ago for what is asked.
    pub(crate) fn too_old(most: Duration) -> Self {
        let accepted = format!("a sign-in at most {} seconds ago", most.as_secs());
        Self { lacks: vec![("authenticated_at", SIGN_IN_TOO_OLD)], accepted }
    }

    /// What is lacking, by the rule that asks for it.
    pub fn lacks(&self) -> &[(&'static str, Invalid)] {
        &self.lacks
    }

    /// The rules of a policy that the very request to set it would not meet.
    pub(crate) fn into_lockout(self) -> Vec<(&'static str, Invalid)> {
        self.lacks.into_iter().map(|(rule, _)| (rule, LOCKS_OUT)).collect()
    }
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.accepted)
    }
}

const NO_SECOND_FACTOR: Invalid =
    Invalid::new(Code::unauthenticated("SECOND_FACTOR_MISSING"), "sign in with a second factor");
const SIGN_IN_TOO_OLD: Invalid =
    Invalid::new(Code::unauthenticated("SIGN_IN_TOO_OLD"), "sign in again, the last time is too long ago");
const METHOD_NOT_ACCEPTED: Invalid =
    Invalid::new(Code::unauthenticated("METHOD_NOT_ACCEPTED"), "sign in by another method");
const NETWORK_NOT_ACCEPTED: Invalid =
    Invalid::new(Code::unauthenticated("NETWORK_NOT_ACCEPTED"), "come from a network of this workspace");
const DOMAIN_NOT_ACCEPTED: Invalid = Invalid::new(
    Code::unauthenticated("DOMAIN_NOT_ACCEPTED"),
    "come with an address at a domain of this workspace",
);
const LOCKS_OUT: Invalid =
    Invalid::new(Code::validation("POLICY_LOCKS_YOU_OUT"), "your own request would not meet this");

fn read_age(seconds: Option<u64>) -> Result<Option<u64>, Invalid> {
    if seconds.is_none_or(|seconds| (SHORTEST_SESSION..=LONGEST_SESSION).contains(&seconds)) {
        return Ok(seconds);
    }
    Err(Invalid::new(Code::validation("SESSION_AGE_INVALID"), "300 seconds to 90 days"))
}

fn read_methods(methods: Vec<String>) -> Result<BTreeSet<String>, Invalid> {
    let is_word = |word: &String| {
        (1..=16).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    if methods.len() <= MOST_METHODS && methods.iter().all(is_word) {
        return Ok(methods.into_iter().collect());
    }
    Err(Invalid::new(
        Code::validation("METHODS_INVALID"),
        "at most 10 methods of 1 to 16 lower-case letters or digits",
    ))
}

fn read_ranges(ranges: &[String]) -> Result<BTreeSet<IpRange>, Invalid> {
    if ranges.len() > MOST_RANGES {
        return Err(Invalid::new(Code::validation("IP_RANGES_TOO_MANY"), "at most 50 networks"));
    }
    ranges.iter().map(|range| IpRange::parse(range)).collect()
}

/// A domain is what can stand behind an `@`, in its normal form.
fn read_domains(domains: &[String]) -> Result<BTreeSet<String>, Invalid> {
    if domains.len() > MOST_DOMAINS {
        return Err(Invalid::new(Code::validation("DOMAINS_TOO_MANY"), "at most 50 domains"));
    }
    let read = |domain: &String| Email::parse(&format!("a@{}", domain.trim()));
    let read = domains.iter().map(|domain| Ok(read(domain)?.domain().to_owned()));
    read.collect::<Result<_, Invalid>>()
        .map_err(|_| Invalid::new(Code::validation("DOMAIN_INVALID"), "a domain is written like example.com"))
}

#[cfg(test)]
mod tests {
    use saaskit_kernel::Source;

    use super::*;

    fn policy(ask: NewPolicy) -> TenantPolicy {
        TenantPolicy::parse(ask).unwrap()
    }

    /// The rules that somebody who signed in so, so long ago and from there does not meet.
    fn lacks(policy: &TenantPolicy, methods: &[&str], age: u64, ip: Option<&str>) -> Vec<&'static str> {
        let source = Source::system();
        let now = source.now();
        let mut by = Principal::new(source.id(), source.id(), now.minus(Duration::from_secs(age)));
        by.methods = methods.iter().map(|method| (*method).to_owned()).collect();
        let email = Email::parse("ana@mail.example.com").unwrap();
        let visit = Visit { ip: ip.map(|ip| ip.parse().unwrap()), email: Some(&email), at: now };
        let checked = policy.check(&by, visit);
        checked.err().map_or(Vec::new(), |short| short.lacks().iter().map(|(rule, _)| *rule).collect())
    }

    #[test]
    fn what_asks_for_nothing_lets_every_session_in() {
        assert_eq!(lacks(&TenantPolicy::default(), &[], 1_000_000, None), [""; 0]);
    }

    #[test]
    fn each_rule_is_met_or_named() {
        let all = policy(NewPolicy {
            mfa_required: true,
            session_max_seconds: Some(600),
            methods: vec!["otp".to_owned(), "hwk".to_owned()],
            ip_ranges: vec!["192.0.2.0/24".to_owned()],
            domains: vec!["Mail.Example.com".to_owned()],
        });
        assert_eq!(lacks(&all, &["pwd", "otp", "mfa"], 600, Some("192.0.2.7")), [""; 0]);
        assert_eq!(lacks(&all, &["pwd", "otp"], 600, Some("192.0.2.7")), ["mfa_required"]);
        assert_eq!(lacks(&all, &["otp", "mfa"], 601, Some("192.0.2.7")), ["session_max_seconds"]);
        assert_eq!(lacks(&all, &["pwd", "mfa"], 0, Some("192.0.2.7")), ["methods"]);
        assert_eq!(lacks(&all, &["otp", "mfa"], 0, Some("192.0.3.7")), ["ip_ranges"]);
        assert_eq!(lacks(&all, &["otp", "mfa"], 0, None), ["ip_ranges"]);
        let everything = ["mfa_required", "session_max_seconds", "methods", "ip_ranges"];
        assert_eq!(lacks(&all, &["pwd"], 601, None), everything);
    }

    #[test]
    fn an_address_is_at_a_domain_itself_and_not_below_or_beside_it() {
        for (domain, is_met) in [
            ("mail.example.com", true),
            (" MAIL.example.COM ", true),
            ("example.com", false),
            ("il.example.com", false),
            ("a.mail.example.com", false),
        ] {
            let policy = policy(NewPolicy { domains: vec![domain.to_owned()], ..NewPolicy::default() });
            let lacks = lacks(&policy, &[], 0, None);
            assert_eq!(lacks.is_empty(), is_met, "{domain}: {lacks:?}");
        }
        let policy =
            policy(NewPolicy { domains: vec!["bücher.example".to_owned()], ..NewPolicy::default() });
        assert_eq!(policy.domains().first().unwrap(), "xn--bcher-kva.example");
        for domain in ["", "example", "a@example.com", "*.example.com", "exa mple.com", "192.0.2.1"] {
            let ask = NewPolicy { domains: vec![domain.to_owned()], ..NewPolicy::default() };
            assert_eq!(TenantPolicy::parse(ask).unwrap_err()[0].0, "domains", "{domain:?}");
        }
        let many = vec!["example.com".to_owned(); MOST_DOMAINS + 1];
        assert!(TenantPolicy::parse(NewPolicy { domains: many, ..NewPolicy::default() }).is_err());
    }

    #[test]
    fn what_is_out_of_bounds_is_named_all_at_once() {
        let wild = NewPolicy {
            mfa_required: false,
            session_max_seconds: Some(SHORTEST_SESSION - 1),
            methods: vec!["PWD".to_owned()],
            ip_ranges: vec!["192.0.2.0/24".to_owned(); MOST_RANGES + 1],
            domains: vec!["nonsense".to_owned()],
        };
        let faults = TenantPolicy::parse(wild).unwrap_err();
        let fields: Vec<_> = faults.iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, ["session_max_seconds", "methods", "ip_ranges", "domains"]);
        let many = NewPolicy { methods: vec!["pwd".to_owned(); MOST_METHODS + 1], ..NewPolicy::default() };
        assert!(TenantPolicy::parse(many).is_err());
        let long = NewPolicy { session_max_seconds: Some(LONGEST_SESSION + 1), ..NewPolicy::default() };
        assert!(TenantPolicy::parse(long).is_err());
    }

    #[test]
    fn a_policy_is_read_back_from_what_is_stored() {
        let all = policy(NewPolicy {
            mfa_required: true,
            session_max_seconds: Some(LONGEST_SESSION),
            methods: vec!["pwd".to_owned()],
            ip_ranges: vec!["2001:db8::/32".to_owned()],
            domains: vec!["example.com".to_owned()],
        });
        let stored = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<TenantPolicy>(&stored).unwrap(), all);
        let older = r#"{"mfa_required":false,"session_max_seconds":null,"methods":[],"ip_ranges":[]}"#;
        assert_eq!(serde_json::from_str::<TenantPolicy>(older).unwrap(), TenantPolicy::default());
    }
}
