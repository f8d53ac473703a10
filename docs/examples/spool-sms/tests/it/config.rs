use std::time::Duration;

use saaskit_example_spool_sms::{SpoolConfig, SpoolSms};
use saaskit_kernel::ErrorKind;

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let config = SpoolConfig {
        most_waiting: 0,
        come_again: Duration::ZERO,
        timeout: Duration::MAX,
        ..SpoolConfig::new("spool")
    };
    let invalid = config.check().unwrap_err();
    let fields: Vec<_> = invalid.rules().iter().map(|(field, _)| *field).collect();
    assert_eq!(fields, ["folder", "most_waiting", "come_again", "timeout"]);
    assert_eq!(SpoolSms::new(config).unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn a_folder_is_all_that_must_be_said() {
    assert_eq!(SpoolConfig::new("/var/spool/sms").check(), Ok(()));
}
