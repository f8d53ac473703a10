use saaskit_kernel::UserId;
use saaskit_kernel::archive::{Column, Kind, Row, Table, Value, key_order};
use serde_json::json;

use crate::fixtures::NOW;

/// What may be null, and is in every other row.
const NULLABLE: &[(&str, &[&str])] = &[
    ("work_jobs", &["tenant_id", "buried_at", "why"]),
    ("kernel_events", &["tenant_id"]),
    (
        "audit_entries",
        &["tenant_id", "actor_id", "actor_session", "resource", "before", "after", "reason", "ip", "agent"],
    ),
    ("kernel_claims", &["status", "headers", "body"]),
    ("auth_users", &["name", "name_normal", "password", "verified_at", "erase_at", "barred_at"]),
    ("auth_sessions", &["ended_at", "warned_at", "acts_in", "cookie", "ip", "agent"]),
    ("auth_refresh_tokens", &["rotated_at", "client", "nonce"]),
    ("auth_tokens", &["redeemed_at", "address", "password"]),
    ("auth_attempts", &["account", "locked_until"]),
    ("auth_roles", &["tenant_id"]),
    ("auth_assignments", &["tenant_id"]),
    ("auth_installation", &["set_up_at"]),
    ("tenants_tenants", &["seats", "transfer_from", "transfer_to", "transfer_until"]),
    ("tenants_memberships", &["removed_at"]),
    ("notify_messages", &["tenant_id", "sealed", "provider_id"]),
    ("notify_outbox", &["subject", "html"]),
    ("notify_brandings", &["logo"]),
];

/// Words of which a store knows all: of a table, or of every table where the column is.
const WORDS: &[(&str, &str, &str)] = &[
    ("auth_users", "status", "suspended"),
    ("tenants_tenants", "status", "active"),
    ("notify_messages", "status", "bounced"),
    ("notify_suppressions", "reason", "complained"),
    ("notify_brandings", "color", "#facc15"),
    ("notify_brandings", "logo", "https://cdn.example/logo.png"),
    ("", "method", "pwd"),
    ("", "purpose", "reset_password"),
    ("", "algorithm", "EdDSA"),
    ("", "outcome", "refused"),
    ("", "category", "digest"),
    ("", "topic", "digest"),
    ("", "channel", "email"),
    ("", "role", "owner"),
];

/// Rows of a table that hold whatever it can, in the order of their keys. They point to one another.
pub fn rows_of(table: &Table) -> Vec<Row> {
    let count = if table.name == "auth_installation" { 1 } else { 6 };
    let mut rows: Vec<Row> = (1..=count).map(|number| row_of(table, number)).collect();
    rows.sort_by(|one, other| key_order(table.key_of(one), table.key_of(other)));
    rows
}

fn row_of(table: &Table, number: u8) -> Row {
    table.columns().map(|column| value_of(table, column, number)).collect()
}

fn value_of(table: &Table, column: &Column, number: u8) -> Value {
    let is_full = number % 2 == 1;
    let nullable =
        NULLABLE.iter().find(|(name, _)| *name == table.name).map_or(&[][..], |(_, columns)| columns);
    if !is_full && nullable.contains(&column.name) {
        return Value::Null;
    }
    match column.kind {
        // Only what was removed was removed with its account.
        Kind::Flag if column.name == "removed_with_account" => Value::Flag(is_full),
        // A job is one of ready, leased, buried.
        Kind::Flag => Value::Flag(table.name != "work_jobs" || !is_full && column.name == "leased"),
        Kind::Number if table.name == "kernel_signals" => Value::Number(i64::MIN + i64::from(number)),
        Kind::Number => Value::Number(number.into()),
        Kind::Text => Value::Text(text_of(table, column, number)),
        Kind::Bytes => Value::Bytes(bytes_of(column, number)),
        Kind::Id => Value::Id(UserId::fixed(u128::from(number) << 120 | 0xff).uuid()),
        Kind::Time => Value::Time(NOW.plus(std::time::Duration::from_millis(number.into()))),
        Kind::Json => Value::Json(match number {
            1 => json!(null),
            2 => json!([]),
            _ => json!({"b": [1.5, -1, true, null], "a": "Zoë \u{1f980} \"\\\n", "n": number}),
        }),
        Kind::Ip if number == 1 => Value::Ip([192, 0, 2, 255].into()),
        Kind::Ip => Value::Ip([0x2001, 0xdb8, 0, 0, 1, 0, 0, number.into()].into()),
    }
}

/// Every language has an order of its own for the first letters; the order of keys is that of their bytes.
fn text_of(table: &Table, column: &Column, number: u8) -> String {
    let known =
        |&&(of, name, _): &&(&str, &str, &str)| (of.is_empty() || of == table.name) && name == column.name;
    match WORDS.iter().find(known) {
        Some((_, _, word)) => (*word).to_owned(),
        None => format!(
            "{}-{number} \u{1f980} 'quoted' \"\\%",
            ["_", "B", "a", "ä", "Z"][usize::from(number % 5)]
        ),
    }
}

fn bytes_of(column: &Column, number: u8) -> Vec<u8> {
    let length = match column.name {
        "nonce" | "maker" => 16,
        "hash" | "key" | "account" | "cookie" | "client" | "fingerprint" => 32,
        _ => 5,
    };
    [0, 255, 128, 10, number].into_iter().cycle().skip(usize::from(number % 5)).take(length).collect()
}
