//! Shows a page as a device does.

use crate::browser::Browser;
use crate::device::Device;
use crate::page::Page;
use serde_json::json;

impl Page {
    /// Shows the page as that device does.
    pub(crate) async fn emulate(&self, device: &Device) {
        self.resize(device.width, device.height).await;
        if self.browser() == Browser::Chromium && (device.dark || device.reduced_motion) {
            let scheme = if device.dark { "dark" } else { "light" };
            let motion = if device.reduced_motion {
                "reduce"
            } else {
                "no-preference"
            };
            let features = json!([
                { "name": "prefers-color-scheme", "value": scheme },
                { "name": "prefers-reduced-motion", "value": motion },
            ]);
            self.devtools(
                "Emulation.setEmulatedMedia",
                json!({ "features": features }),
            )
            .await;
        }
    }

    /// Gives the page this size. Chromium emulates it exactly; in the others the window becomes as
    /// narrow as it can be.
    pub async fn resize(&self, width: u32, height: u32) {
        if self.browser() == Browser::Chromium {
            let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
            self.devtools("Emulation.setDeviceMetricsOverride", metrics)
                .await;
            return;
        }
        // A window is larger than its page by what the browser draws around it.
        let around = "return [outerWidth - innerWidth, outerHeight - innerHeight]";
        let around = self.script(around, vec![]).await;
        let more = |at: usize| u32::try_from(around[at].as_i64().unwrap_or(0)).unwrap_or(0);
        self.client()
            .set_window_size(width + more(0), height + more(1))
            .await
            .expect("a window can be resized");
    }
}
