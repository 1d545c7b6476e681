//! Every flow of the portal in every browser, as the consumers of the demo go through them. Each file is
//! named after what a consumer does, or after what could go wrong; the words are those on the screen.

mod accessible;
mod at_a_glance;
mod downloading;
mod embedded;
mod finding_the_way;
mod foreign_timeline;
mod handing_in;
mod hostile_texts;
mod keyboard_only;
mod languages;
mod long_dossier;
mod lost_answers;
mod not_taken;
mod policy;
mod refused_by_the_server;
mod signing_in;
mod what_is_asked;
mod when_it_fails;

/// Tasks of Eva and Thomas, by part of their names.
const PAYSLIP: &str = "recente loonstrook (Eva";
const PASSPORT_SENT_BACK: &str = "legitimatiebewijs (Thomas";
