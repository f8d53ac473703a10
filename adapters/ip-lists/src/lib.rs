//! Bad addresses from lists of networks, as they are published: one network or address a line, comments from `#` or
//! `;` on. Each list has the score of whatever is on it; a list that was replaced is read again,
//! so put a new one there by renaming, or half of it may be read.

mod list;
mod lists;
mod table;

pub use list::{InvalidIpList, IpList};
pub use lists::IpLists;
