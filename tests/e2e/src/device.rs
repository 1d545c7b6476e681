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
