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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode;

    /// What the only action of a session offers.
    fn offers(action: &str, lists: &str, state: &str) -> Offers {
        let body = [
            r#"{"consumerportalsession":{"session":{"state":""#,
            state,
            r#""},"dossier":{"products":{"P":{"productactions":{"A":{"id":"A","#,
            action,
            r#"}}}}},"duplicate_comfort_data":{"#,
            lists,
            "}}}",
        ]
        .concat();
        decode::session(body.as_bytes()).expect("a session").actions[0].offers
    }

    const UPLOAD: Option<Upload> = Some(Upload::First);

    #[test]
    fn an_action_is_uploaded_to_by_its_type_or_by_the_list() {
        let by_type = offers(r#""type":"UPLOAD_DOCUMENTMANAGEMENT_FILE""#, "", "RUNNING");
        assert_eq!(
            by_type,
            Offers {
                upload: UPLOAD,
                download: false,
                otd: false
            }
        );
        let by_list = offers(
            r#""type":"ANDERS""#,
            r#""uploadable_productactions":{"A":{}}"#,
            "RUNNING",
        );
        assert_eq!(by_list.upload, UPLOAD);
        assert_eq!(
            offers(r#""type":"RE_UPLOAD""#, "", "RUNNING"),
            Offers::default()
        );
        assert_eq!(offers(r#""type":null"#, "", "RUNNING"), Offers::default());
    }

    #[test]
    fn an_action_is_downloaded_by_its_type_or_by_the_list() {
        assert!(offers(r#""type":"DOWNLOAD_FILE""#, "", "RUNNING").download);
        let both = offers(
            r#""type":"UPLOAD_FILE""#,
            r#""downloadable_productactions":[{"id":"A"}]"#,
            "RUNNING",
        );
        assert_eq!(
            both,
            Offers {
                upload: UPLOAD,
                download: true,
                otd: false
            }
        );
    }

    #[test]
    fn an_otd_is_fetched_as_an_otd_and_downloaded_only_when_listed() {
        for kind in ["OTD", "DOWNLOAD_OTD_PDF", "SIGN_OTD"] {
            let kind = [r#""type":""#, kind, "\""].concat();
            assert_eq!(
                offers(&kind, "", "RUNNING"),
                Offers {
                    upload: None,
                    download: false,
                    otd: true
                }
            );
            let listed = offers(
                &kind,
                r#""downloadable_productactions":{"A":{"id":"A"}}"#,
                "RUNNING",
            );
            assert_eq!(
                listed,
                Offers {
                    upload: None,
                    download: true,
                    otd: true
                }
            );
        }
    }

    #[test]
    fn a_second_upload_is_a_reupload_whether_done_or_sent_back() {
        for before in [
            r#""is_done":1"#,
            r#""is_done":0,"date_executed":"2018-01-01""#,
        ] {
            let action = [r#""type":"UPLOAD_FILE","#, before].concat();
            assert_eq!(
                offers(&action, "", "RUNNING").upload,
                Some(Upload::Again),
                "{before}"
            );
        }
        let never = r#""type":"UPLOAD_FILE","is_done":0,"date_executed":"0000-00-00""#;
        assert_eq!(offers(never, "", "RUNNING").upload, UPLOAD);
    }

    #[test]
    fn a_closed_session_takes_nothing_and_still_gives() {
        let lists = r#""uploadable_productactions":["A"],"downloadable_productactions":["A"]"#;
        let closed = offers(r#""type":"UPLOAD_OTD""#, lists, "CLOSED");
        assert_eq!(
            closed,
            Offers {
                upload: None,
                download: true,
                otd: true
            }
        );
    }
}
