use std::time::Duration;

use saaskit_breach_range::BreachRangeConfig;

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let good = BreachRangeConfig::new("https://api.pwnedpasswords.com/range");
    assert_eq!((good.url.as_str(), good.check()), ("https://api.pwnedpasswords.com/range/", Ok(())));
    let wrong =
        BreachRangeConfig { timeout: Duration::ZERO, ..BreachRangeConfig::new("ftp://a.example/?x=1") };
    assert_eq!(wrong.check().unwrap_err().rules().len(), 3);
    assert!(BreachRangeConfig::new("api.pwnedpasswords.com").check().is_err());
}
