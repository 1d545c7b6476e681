//! What was chosen and not sent outlives the page: a reload, a tab that the phone closed while its camera was open, the
//! end of the session, a day's pause. It is kept on the device (IndexedDB), encrypted with a key that the gateway gives
//! to this consumer's session alone, and is gone when it was sent, after a log-out and after a week.

mod database;
pub mod keeper;
mod record;
mod safe;
