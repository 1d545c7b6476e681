//! What a page is viewed on: the size of the window, the size of text, light or dark.

/// What a consumer's device is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Width of the page in CSS pixels.
    pub width: u32,
    /// Height of the page in CSS pixels.
    pub height: u32,
    /// The size of text in the browser's settings, in percent; 100 is the default.
    pub text_percent: u32,
    /// Whether the device is set to dark.
    pub dark: bool,
    /// Whether the device asks for less motion.
    pub reduced_motion: bool,
}

impl Default for Device {
    fn default() -> Self {
        Device {
            width: 1280,
            height: 900,
            text_percent: 100,
            dark: false,
            reduced_motion: false,
        }
    }
}

impl Device {
    /// A small phone.
    pub fn phone() -> Device {
        Device {
            width: 360,
            height: 740,
            ..Device::default()
        }
    }
}

use crate::browser::Browser;
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
