//! Places of addresses from a MaxMind file.
