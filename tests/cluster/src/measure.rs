use std::time::Duration;

/// How often something is tried: what that variable of the environment says, or a few times.
#[expect(clippy::disallowed_methods, reason = "the switch of a test, not of the product")]
pub fn often(variable: &str, few: usize) -> usize {
    std::env::var(variable).map_or(few, |times| times.parse().expect("a number of times"))
}

/// Prints how long something took: the middle, the worst of a hundred, and the worst.
#[expect(clippy::print_stdout, reason = "figures are for who asks for them")]
pub fn say(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |hundredth: usize| {
        let place = (times.len() * hundredth).div_ceil(100).saturating_sub(1);
        times.get(place).map_or(0, Duration::as_millis)
    };
    println!("{what}: {} times, p50 {} ms, p99 {} ms, most {} ms", times.len(), at(50), at(99), at(100));
}
