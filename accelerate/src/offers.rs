//! What an action offers: the one rule, from AccelerateConnect's lists and the action's type.

use crate::conventions::{DOWNLOAD_PREFIX, OTD_MARK, UPLOAD_PREFIX};
use crate::session::{Action, Offers, State, Upload};

impl Offers {
    /// The rule:
    /// - an upload, when the action is in `uploadable_productactions` or its type starts with `UPLOAD`,
    ///   as long as the session is running; a re-upload when the action is done or was executed before
    ///   (AccelerateConnect: one upload per action, or it is a re-upload);
    /// - an OTD, when its type contains `OTD`;
    /// - a download, when it is in `downloadable_productactions`, or its type starts with `DOWNLOAD` and
    ///   is not an OTD's, which has an endpoint of its own.
    pub fn of(action: &Action, uploadable: bool, downloadable: bool, state: State) -> Offers {
        let kind = action.kind.as_deref().unwrap_or_default();
        let otd = kind.contains(OTD_MARK);
        let upload = if action.is_done || action.date_executed.is_some() {
            Upload::Again
        } else {
            Upload::First
        };
        let open = state == State::Running && (uploadable || kind.starts_with(UPLOAD_PREFIX));
        Offers {
            upload: open.then_some(upload),
            download: downloadable || (kind.starts_with(DOWNLOAD_PREFIX) && !otd),
            otd,
        }
    }
}
