//! Statements are made of the names of a table, which stand in the code, and of nothing else.

use saaskit_kernel::archive::{Column, Row, Table, Value};
use sqlx::AssertSqlSafe;
use sqlx::types::Json;

use super::super::super::hold::{ordered, selected, taken};
use super::super::engine::Query;
use super::row::{bind, element};
use crate::statements;

pub(super) fn page(table: &Table, after: Option<&[Value]>, limit: u32) -> Query {
    let condition = after.map_or_else(String::new, |_| {
        let parameters: Vec<String> = (2..=table.key.len() + 1).map(|number| format!("${number}")).collect();
        format!(" WHERE ({}) > ({})", order(table, ""), parameters.join(", "))
    });
    let text = format!(
        "SELECT {} FROM {}{condition}{} ORDER BY {} LIMIT $1",
        list(table.columns(), selected),
        table.name,
        distinct(table),
        order(table, "")
    );
    let query = query(text).bind(i64::from(limit));
    after.into_iter().flatten().fold(query, bind)
}

pub(super) fn last(table: &Table) -> Query {
    let keys = list(table.key.iter(), selected);
    query(format!("SELECT {keys} FROM {} ORDER BY {} LIMIT 1", table.name, order(table, " DESC")))
}

/// One statement for all rows: all of them, or none.
pub(super) fn insert(table: &Table, rows: &[Row]) -> Query {
    let columns = list(table.columns(), |column| column.name.to_owned());
    let members = list(table.columns(), taken);
    let text = format!("INSERT INTO {} ({columns}) SELECT {members} FROM {}", table.name, each!());
    let rows: Vec<_> = rows.iter().map(|row| element(table, row)).collect();
    query(text).bind(Json(rows))
}

fn query(text: String) -> Query {
    statements::count();
    sqlx::query(AssertSqlSafe(text))
}

fn list<'a>(columns: impl Iterator<Item = &'a Column>, text: impl Fn(&Column) -> String) -> String {
    columns.map(text).collect::<Vec<_>>().join(", ")
}

fn order(table: &Table, direction: &str) -> String {
    list(table.key.iter(), |column| format!("{}{direction}", ordered(column)))
}

/// Rows that are nothing but their key may be there more than once, and say the same.
fn distinct(table: &Table) -> String {
    if table.rest.is_empty() {
        format!(" GROUP BY {}", list(table.key.iter(), |column| column.name.to_owned()))
    } else {
        String::new()
    }
}
