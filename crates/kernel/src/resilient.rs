mod behind;
mod cache;
mod owed;
mod reach;

pub use behind::BehindBreaker;
pub use cache::ResilientCache;
pub use reach::Reach;
