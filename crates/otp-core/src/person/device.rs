//! Devices: what the list of sessions says of a browser, so that a person recognises it.
//!
//! Only the kind of browser and the system are kept: enough to tell one's own devices apart, and too little to
//! recognise a person by.

/// A kind of browser on a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Device {
    /// The browser; `None` if it is not one of those that we know.
    pub browser: Option<Browser>,
    /// The system; `None` if it is not one of those that we know.
    pub system: Option<System>,
}

/// Declares a list of known names: each with its stored number and the mark by which a `User-Agent` names it. The
/// first mark that is found counts.
macro_rules! known {
    ($(#[$doc:meta])* $kind:ident { $($variant:ident = $code:literal, $name:literal, $mark:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $kind {
            $(
                #[doc = $name]
                $variant,
            )*
        }

        impl $kind {
            /// All of them, in the order in which their marks are looked for.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the name, which is the same in every language.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Returns the number a store keeps.
            pub const fn code(self) -> i16 {
                match self {
                    $(Self::$variant => $code,)*
                }
            }

            /// Returns the one of a stored number.
            pub fn from_code(code: i16) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.code() == code)
            }

            fn of(user_agent: &str) -> Option<Self> {
                let marks = [$((Self::$variant, $mark),)*];
                let found = marks.into_iter().find(|(_, mark)| user_agent.contains(mark));
                found.map(|(known, _)| known)
            }
        }
    };
}

// Every browser also names those before it: Edge names Chrome, and Chrome names Safari.
known!(
    /// A kind of browser.
    Browser {
        Edge = 0, "Edge", "Edg";
        Opera = 1, "Opera", "OPR/";
        Samsung = 2, "Samsung Internet", "SamsungBrowser/";
        Firefox = 3, "Firefox", "Firefox/";
        FirefoxIos = 4, "Firefox", "FxiOS/";
        ChromeIos = 5, "Chrome", "CriOS/";
        Chrome = 6, "Chrome", "Chrome/";
        Safari = 7, "Safari", "Safari/";
    }
);

known!(
    /// A system.
    System {
        Windows = 0, "Windows", "Windows";
        Android = 1, "Android", "Android";
        Iphone = 2, "iPhone", "iPhone";
        Ipad = 3, "iPad", "iPad";
        MacOs = 4, "macOS", "Macintosh";
        ChromeOs = 5, "ChromeOS", "CrOS";
        Linux = 6, "Linux", "Linux";
    }
);

/// The stored number of a device is that of its browser, times this, and that of its system. An unknown one is 0.
const SYSTEMS: i16 = 100;

impl Device {
    /// Returns the number a store keeps.
    pub fn code(self) -> i16 {
        let browser = self.browser.map_or(0, |browser| browser.code() + 1);
        let system = self.system.map_or(0, |system| system.code() + 1);
        browser * SYSTEMS + system
    }

    /// Returns the device of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        let (browser, system) = (code.div_euclid(SYSTEMS), code.rem_euclid(SYSTEMS));
        let browser = match browser {
            0 => None,
            known => Some(Browser::from_code(known - 1)?),
        };
        let system = match system {
            0 => None,
            known => Some(System::from_code(known - 1)?),
        };
        Some(Self { browser, system })
    }

    /// Returns whether a sign-in with this device is news to a person who signed in with these before. The first
    /// device is not: the person has just signed up.
    pub fn is_news_after(self, known: &[Self]) -> bool {
        !known.is_empty() && !known.contains(&self)
    }

    /// Reads the header `User-Agent`.
    pub fn of_user_agent(user_agent: Option<&str>) -> Self {
        Self {
            browser: user_agent.and_then(Browser::of),
            system: user_agent.and_then(System::of),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_device_has_a_number_of_its_own() {
        let of = |browser: Option<Browser>, system| Device { browser, system };
        let browsers = Browser::ALL.iter().copied().map(Some).chain([None]);
        let mut codes = std::collections::BTreeSet::new();
        for browser in browsers {
            for system in System::ALL.iter().copied().map(Some).chain([None]) {
                let device = of(browser, system);
                assert_eq!(Device::from_code(device.code()), Some(device));
                codes.insert(device.code());
            }
        }
        assert_eq!(
            codes.len(),
            (Browser::ALL.len() + 1) * (System::ALL.len() + 1)
        );
        for code in [-1, 99, 9_900] {
            assert_eq!(Device::from_code(code), None, "{code}");
        }
    }

    #[test]
    fn a_device_is_news_if_there_were_others_only() {
        let firefox = Device::of_user_agent(Some("Firefox/145.0"));
        let unknown = Device::of_user_agent(None);
        assert!(!firefox.is_news_after(&[]));
        assert!(!firefox.is_news_after(&[unknown, firefox]));
        assert!(firefox.is_news_after(&[unknown]));
    }

    #[test]
    fn a_browser_is_recognised_by_its_own_mark() {
        for (user_agent, browser, system) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
                Some("Firefox"),
                Some("Linux"),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0",
                Some("Edge"),
                Some("Windows"),
            ),
            (
                "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/156.0.0.0 Mobile Safari/537.36",
                Some("Chrome"),
                Some("Android"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.5 Mobile/15E148 Safari/604.1",
                Some("Safari"),
                Some("iPhone"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 CriOS/156.0 Mobile/15E148 Safari/604.1",
                Some("Chrome"),
                Some("iPhone"),
            ),
            ("curl/8.5.0", None, None),
            ("", None, None),
        ] {
            let device = Device::of_user_agent(Some(user_agent));
            assert_eq!(device.browser.map(Browser::as_str), browser, "{user_agent}");
            assert_eq!(device.system.map(System::as_str), system, "{user_agent}");
        }
        let unnamed = Device::of_user_agent(None);
        assert_eq!((unnamed.browser, unnamed.system), (None, None));
    }

    #[test]
    fn a_stored_number_reads_back_as_written() {
        for browser in Browser::ALL {
            assert_eq!(Browser::from_code(browser.code()), Some(*browser));
        }
        for system in System::ALL {
            assert_eq!(System::from_code(system.code()), Some(*system));
        }
        assert_eq!(
            (Browser::from_code(99), System::from_code(-1)),
            (None, None)
        );
    }
}
