//! What axe-core finds wrong with a page.

use crate::page::Page;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{env, fs};

/// axe-core as one script: `AXE_JS`, or what npm installed below `target/tools`.
pub fn source() -> &'static str {
    static SOURCE: OnceLock<String> = OnceLock::new();
    SOURCE.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let installed = root.join("target/tools/node_modules/axe-core/axe.min.js");
        let path = env::var_os("AXE_JS").map_or(installed, PathBuf::from);
        fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!(
                "axe-core is not at {} (AXE_JS says where): {error}",
                path.display()
            )
        })
    })
}

const RUN: &str = r#"
const done = arguments[arguments.length - 1];
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const [part] = arguments;
// Without preload: to read style sheets it would write an inline style, against the page's policy.
axe.run(part ?? document, { runOnly: { type: "tag", values: tags }, iframes: false, preload: false, resultTypes: ["violations"] })
  .then(({ violations }) => done(violations.flatMap(({ id, help, nodes }) => nodes.map((node) =>
    `${id}: ${help}\n  ${node.html}\n  ${node.failureSummary.replaceAll("\n", "\n  ")}`))))
  .catch((error) => done([`axe-core itself fails: ${error}`]));
"#;

impl Page {
    /// Fails with what axe-core finds on the whole page, shadow roots included: WCAG 2.0 to 2.2, A and
    /// AA, and its best practices.
    pub async fn has_no_axe_violations(&self) {
        self.assert_no_axe_violations(json!(null)).await;
    }

    /// The same for the first element that matches a selector, where the page around it is not ours.
    pub async fn has_no_axe_violations_in(&self, selector: &str) {
        self.assert_no_axe_violations(json!(selector)).await;
    }

    async fn assert_no_axe_violations(&self, part: Value) {
        let ready = "return window.axe ? true : 'axe'";
        if let Err(error) = self.try_script_with_axe(ready, vec![]).await {
            panic!("axe-core does not load: {error}");
        }
        self.wait_for_animations().await;
        let found = self.async_script(RUN, vec![part]).await;
        let found: Vec<&str> = found
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if !found.is_empty() {
            self.fail(&format!(
                "axe-core finds {}:\n{}",
                found.len(),
                found.join("\n")
            ))
            .await;
        }
    }
}
