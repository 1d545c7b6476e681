//! What the tests ask of the drivers beyond WebDriver's own commands.

use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::Value;
use std::time::Duration;

/// How long a browser may take for one command.
pub(crate) const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);

/// A script that keeps a page from asking whether it may be left: nobody would answer. A portal with a
/// chosen file asks.
pub(crate) const ASK_BEFORE_LEAVING_OFF: &str =
    "addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true)";

/// A command that WebDriver itself does not define.
#[derive(Debug)]
pub(crate) struct PostCommand {
    path: String,
    body: Value,
}

impl PostCommand {
    /// A POST to a path below the session's address.
    pub(crate) fn new(path: &str, body: Value) -> PostCommand {
        PostCommand {
            path: path.to_owned(),
            body,
        }
    }
}

impl WebDriverCompatibleCommand for PostCommand {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
