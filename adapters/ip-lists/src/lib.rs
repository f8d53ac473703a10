//! Bad addresses from lists of networks.
