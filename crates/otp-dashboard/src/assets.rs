//! Assets: the style sheet, the scripts, the fonts and the icon, all of them in the program.
//!
//! Their path contains a hash of them all, so a browser may keep them for a year, and a new version of the program has
//! new paths.

use std::borrow::Cow;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_edge::{not_found, resource_at};
use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

const PATH: &str = "/assets/{version}/{file}";

/// The name of the style sheet.
const SHEET: &str = "app.css";

/// The order of the layers. A rule of a later one counts more, whatever file it is in.
const LAYERS: &str = "@layer reset, tokens, base, layout, parts, utilities;\n";

/// The parts of the style sheet, in order.
const SHEETS: [&str; 14] = [
    "fonts", "tokens", "base", "layout", "nav", "form", "button", "table", "badge", "card",
    "timeline", "code", "chart", "public",
];

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// The assets, loaded once.
#[derive(Debug)]
pub(crate) struct Assets {
    version: String,
    sheet: Bytes,
}

impl Assets {
    pub(crate) fn load() -> Self {
        let mut sheet = LAYERS.to_owned();
        for name in SHEETS {
            let file = Files::get(&format!("css/{name}.css"));
            let content = file.map(|file| file.data).unwrap_or_default();
            sheet.push_str(&String::from_utf8_lossy(&content));
        }
        let mut names: Vec<_> = Files::iter().collect();
        names.sort_unstable();
        let mut hash = Sha256::new();
        for name in names {
            let content = Files::get(&name).map(|file| file.data);
            hash.update(name.as_bytes());
            hash.update(content.unwrap_or_default());
        }
        let hash: [u8; 32] = hash.finalize().into();
        let first = hash.first_chunk().expect("a digest has 32 bytes");
        Self {
            version: format!("{:016x}", u64::from_be_bytes(*first)),
            sheet: sheet.into(),
        }
    }

    /// Returns the path of a file.
    pub(crate) fn path(&self, file: &str) -> String {
        format!("/assets/{}/{file}", self.version)
    }

    /// Returns a file and its media type.
    fn find(&self, file: &str) -> Option<(&'static str, Bytes)> {
        if file == SHEET {
            return Some(("text/css; charset=utf-8", self.sheet.clone()));
        }
        let (folder, media_type) = match file.rsplit_once('.')?.1 {
            "woff2" => ("fonts/", "font/woff2"),
            "svg" => ("", "image/svg+xml"),
            "js" => ("js/", "text/javascript; charset=utf-8"),
            _ => return None,
        };
        let found = Files::get(&format!("{folder}{file}"))?;
        let content = match found.data {
            Cow::Borrowed(embedded) => Bytes::from_static(embedded),
            Cow::Owned(read) => read.into(),
        };
        Some((media_type, content))
    }
}

pub(crate) fn resource() -> Resource {
    resource_at(PATH).get(asset).finish()
}

async fn asset(
    request: HttpRequest,
    path: Path<(String, String)>,
    assets: Data<Assets>,
) -> HttpResponse {
    let (version, file) = path.as_ref();
    let Some((media_type, content)) = assets.find(file) else {
        return not_found(request).await;
    };
    // A page of another version, during an update, asks for another hash: it gets what there is, once.
    let kept = match *version == assets.version {
        true => "public, max-age=31536000, immutable",
        false => "no-store",
    };
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((CACHE_CONTROL, kept))
        .insert_header(("cross-origin-resource-policy", "same-origin"))
        .body(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_has_every_part_and_no_other() {
        let files = Files::iter();
        let mut parts: Vec<_> = files
            .filter_map(|file| {
                file.strip_prefix("css/")?
                    .strip_suffix(".css")
                    .map(str::to_owned)
            })
            .collect();
        parts.sort_unstable();
        let mut expected = SHEETS.map(str::to_owned);
        expected.sort_unstable();
        assert_eq!(parts, expected);
    }

    #[test]
    fn every_font_of_the_style_sheet_exists() {
        let assets = Assets::load();
        let sheet = String::from_utf8(assets.sheet.to_vec()).expect("text");
        let fonts: Vec<_> = sheet
            .split("url(\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert_eq!(fonts.len(), 6);
        for font in fonts {
            assert!(assets.find(font).is_some(), "{font}");
        }
    }

    #[test]
    fn nothing_outside_the_folder_is_found() {
        let assets = Assets::load();
        for file in [
            "../Cargo.toml",
            "tokens.css",
            "css/tokens.css",
            "../icon.svg",
            "icon",
            "",
            ".svg",
        ] {
            assert!(assets.find(file).is_none(), "{file}");
        }
        for file in ["icon.svg", "app.js", "live.js"] {
            assert!(assets.find(file).is_some(), "{file}");
        }
    }
}
