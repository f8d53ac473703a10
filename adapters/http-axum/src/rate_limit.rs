use http::{HeaderMap, HeaderName, HeaderValue};
use saaskit_gateway::Standing;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Says where one stands with these limits, besides those already named (draft-ietf-httpapi-ratelimit-headers).
pub(crate) fn add_standings(headers: &mut HeaderMap, standings: &[Standing]) {
    let policies = standings.iter().map(|Standing { limit, bucket, .. }| {
        format!("\"{}\";q={};w={}", limit.as_str(), bucket.capacity, bucket.window.as_secs())
    });
    append(headers, RATE_LIMIT_POLICY, policies.collect());
    let rests = standings.iter().map(|standing| {
        let (limit, rest) = (standing.limit.as_str(), standing.taken.remaining);
        format!("\"{limit}\";r={rest};t={}", standing.reset_after())
    });
    append(headers, RATE_LIMIT, rests.collect());
}

fn append(headers: &mut HeaderMap, name: HeaderName, mut items: Vec<String>) {
    items.extend(headers.get(&name).and_then(|value| value.to_str().ok()).map(str::to_owned));
    if let Ok(value) = HeaderValue::from_str(&items.join(", "))
        && !items.is_empty()
    {
        headers.insert(name, value);
    }
}
