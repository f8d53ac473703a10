use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use saaskit_kernel::IpKey;

/// How many of something each address has at once: connections, files under way. An IPv6 address counts by its /64.
/// Clones share it.
#[derive(Debug, Clone)]
pub struct Guests {
    most: u32,
    seats: Arc<Mutex<HashMap<IpKey, u32>>>,
}

/// One of them; given back when it is dropped.
#[derive(Debug)]
pub struct Seat {
    guests: Guests,
    key: IpKey,
}

impl Guests {
    /// At most so many for each address.
    pub fn new(most: u32) -> Self {
        Self { most, seats: Arc::default() }
    }

    /// A seat, unless the address has all of its own.
    pub fn seat(&self, ip: IpAddr) -> Option<Seat> {
        let key = IpKey::from(ip);
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = seats.get(&key).copied().unwrap_or_default();
        (taken < self.most).then(|| {
            seats.insert(key, taken + 1);
            Seat { guests: self.clone(), key }
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.guests.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = seats.get_mut(&self.key) {
            *taken -= 1;
            if *taken == 0 {
                seats.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_own_seats_and_gets_them_back() {
        let guests = Guests::new(2);
        let [one, other] = ["192.0.2.1", "192.0.2.2"].map(|ip| ip.parse().unwrap());
        let seats = [guests.seat(one), guests.seat(one)];
        assert!(
            seats.iter().all(Option::is_some) && guests.seat(one).is_none() && guests.seat(other).is_some()
        );
        drop(seats);
        assert!(guests.seat(one).is_some());
        assert!(guests.seats.lock().unwrap().is_empty(), "nobody is remembered who has left");
    }

    #[test]
    fn whoever_has_no_seats_is_not_remembered_either() {
        let guests = Guests::new(0);
        assert!(guests.seat([192, 0, 2, 1].into()).is_none());
        assert!(guests.seats.lock().unwrap().is_empty());
    }
}
