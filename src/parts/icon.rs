//! Icons (style/icons.css). They only decorate: no page needs one to be understood.

use crate::browser::dom::{El, el};

/// The icon of this name.
pub fn icon(name: &str) -> El {
    let mut class = "icon icon-".to_owned();
    class.push_str(name);
    el("span").class(&class).attr("aria-hidden", "true")
}
