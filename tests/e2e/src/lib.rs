//! Whole flows of the portal, driven in three browsers.
