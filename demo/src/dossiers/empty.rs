//! A dossier that was opened today: no products and no actions yet, and so `[]` in every map.

use crate::date::Date;
use crate::dossier::Dossier;

use super::plain_consumer;

pub fn dossier(today: Date) -> Dossier {
    Dossier {
        date_created: today.to_string(),
        ..super::dossier("empty", "DEMO-leeg", today, vec![plain_consumer("leeg")])
    }
}
