//! The storage contract over this store.

use crate::fresh::Place;

otp_testkit::storage_contract!(async {
    let place = Place::new();
    (place.store().await, place)
});
