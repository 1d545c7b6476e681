//! Handing in a document: what may be handed in, and the steps from choosing it to knowing that it
//! arrived. No browser in here but in the view.

pub mod desk;
pub mod flow;
pub mod limits;
pub mod view;
