//! A dossier that was closed: there is something to read and to fetch, and nothing can be sent.

use crate::date::Date;
use crate::dossier::Dossier;

use super::small;

pub fn dossier(today: Date) -> Dossier {
    Dossier {
        state: "CLOSED".to_owned(),
        ..small::dossier("gesloten", today)
    }
}
