use std::cell::Cell;

thread_local! {
    static STATEMENTS: Cell<u64> = const { Cell::new(0) };
}

/// How many statements the stores have sent from this thread; begin, settings and commit are not counted. The
/// difference between two readings is the price of what ran in between, on a runtime of one thread.
pub fn statements() -> u64 {
    STATEMENTS.get()
}

pub(crate) fn count() {
    STATEMENTS.set(STATEMENTS.get() + 1);
}
