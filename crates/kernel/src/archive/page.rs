use super::{Archive, Row, Table, Value};
use crate::PortError;

/// Rows a first page holds, and the most.
const FIRST: u32 = 64;
const MOST: u32 = 2000;
/// What a page is to weigh about.
const BYTES: usize = 2 << 20;

/// The pages of a table, one after the other. How many rows they hold follows from what the rows weigh.
pub(super) struct Pages<'a> {
    archive: &'a dyn Archive,
    table: &'static Table,
    after: Option<Row>,
    limit: u32,
}

impl<'a> Pages<'a> {
    pub(super) fn new(archive: &'a dyn Archive, table: &'static Table, after: Option<Row>) -> Self {
        Self { archive, table, after, limit: FIRST }
    }

    /// Empty at the end.
    pub(super) async fn next(&mut self) -> Result<Vec<Row>, PortError> {
        let page = self.archive.read(self.table, self.after.as_deref(), self.limit).await?;
        if let Some(last) = page.last() {
            self.after = Some(self.table.key_of(last).to_vec());
            self.limit = next_limit(page.len(), page.iter().flatten().map(weight).sum());
        }
        Ok(page)
    }
}

fn next_limit(rows: usize, bytes: usize) -> u32 {
    let fit = BYTES * rows / bytes.max(1);
    u32::try_from(fit).unwrap_or(MOST).clamp(1, MOST)
}

fn weight(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Json(document) => document.to_string().len(),
        _ => 16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heavy_rows_make_short_pages_and_light_ones_long() {
        assert_eq!(next_limit(64, 64 << 20), 2);
        assert_eq!(next_limit(1, 16 << 20), 1);
        assert_eq!(next_limit(64, 64 * 4096), 512);
        assert_eq!(next_limit(64, 1024), MOST);
    }
}
