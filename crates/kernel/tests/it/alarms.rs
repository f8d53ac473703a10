use futures_util::FutureExt as _;
use saaskit_kernel::{Alarms, Alert, Severity};

/// All that wait to be sent.
pub(crate) fn waiting(alarms: &Alarms) -> Vec<Alert> {
    std::iter::from_fn(|| alarms.next().now_or_never()).collect()
}

fn alert(number: usize) -> Alert {
    let title = format!("alert {number}");
    Alert { severity: Severity::Info, title, message: "It rings.".to_owned(), fields: Vec::new() }
}

#[test]
fn alerts_wait_in_their_order_and_no_more_of_them_than_there_is_room_for() {
    let alarms = Alarms::default();
    for number in 0..1_000 {
        alarms.raise(alert(number));
    }
    let expected: Vec<_> = (0..Alarms::WAITING).map(alert).collect();
    assert_eq!(waiting(&alarms), expected);
    alarms.raise(alert(7));
    assert_eq!(waiting(&alarms), [alert(7)]);
}
