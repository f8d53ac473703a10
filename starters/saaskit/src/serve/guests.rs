use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use saaskit_kernel::IpKey;

/// How many connections each address has.
#[derive(Debug, Clone)]
pub(super) struct Guests {
    most: u32,
    seats: Arc<Mutex<HashMap<IpKey, u32>>>,
}

/// One connection's seat; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    guests: Guests,
    key: IpKey,
}

impl Guests {
    /// At most so many for each address.
    pub(super) fn new(most: u32) -> Self {
        Self { most, seats: Arc::default() }
    }

    /// A seat, unless the address has all of its own.
    pub(super) fn seat(&self, peer: SocketAddr) -> Option<Seat> {
        let key = IpKey::from(peer.ip());
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = seats.entry(key).or_default();
        (*taken < self.most).then(|| {
            *taken += 1;
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
        let [one, other] = ["192.0.2.1:1", "192.0.2.2:1"].map(|peer| peer.parse().unwrap());
        let seats = [guests.seat(one), guests.seat(one)];
        assert!(
            seats.iter().all(Option::is_some) && guests.seat(one).is_none() && guests.seat(other).is_some()
        );
        drop(seats);
        assert!(guests.seat(one).is_some());
        assert!(guests.seats.lock().unwrap().is_empty(), "nobody is remembered who has left");
    }
}
