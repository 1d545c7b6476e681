//! What a consumer can open. A page reads the session and asks for nothing itself. The overview and the
//! signed-out page are in the first module; the others come with the second (`app::rest`).

pub mod action;
pub mod documents;
pub mod me;
pub mod not_found;
pub mod overview;
pub mod product;
pub mod signed_out;
