/// Which part of a list is asked for: what comes after a key, and how many at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<K> {
    /// The last key already seen; `None` for the beginning.
    pub after: Option<K>,
    /// 1 to 100.
    pub limit: u32,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paged<T> {
    /// At most as many as were asked for.
    pub items: Vec<T>,
    /// Whether there are more after the last one.
    pub has_more: bool,
}

impl<T> Paged<T> {
    /// From one item more than was asked for, if there are so many: the way to know without counting.
    pub fn from_one_more(mut items: Vec<T>, limit: u32) -> Self {
        let limit = limit as usize;
        let has_more = items.len() > limit;
        items.truncate(limit);
        Self { items, has_more }
    }
}
