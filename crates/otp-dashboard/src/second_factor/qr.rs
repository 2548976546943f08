//! QR codes, as drawings.

use qrcodegen::QrCodeEcc;

/// The empty border that readers need, in modules (ISO/IEC 18004).
const BORDER: i32 = 4;

/// A QR code: the path of its dark modules, and the size of its square.
#[derive(Debug, Clone)]
pub(super) struct QrCode {
    /// The modules of a side, border included.
    pub(super) size: i32,
    /// The path of an SVG image.
    pub(super) path: String,
}

impl QrCode {
    /// Draws a text. One that is too long for a code, which ours never is, is drawn as nothing.
    pub(super) fn of(text: &str) -> Self {
        let Ok(code) = qrcodegen::QrCode::encode_text(text, QrCodeEcc::Medium) else {
            return Self {
                size: 2 * BORDER,
                path: String::new(),
            };
        };
        let mut path = String::new();
        for y in 0..code.size() {
            for x in 0..code.size() {
                if code.get_module(x, y) {
                    path.push_str(&format!("M{},{}h1v1h-1z", x + BORDER, y + BORDER));
                }
            }
        }
        Self {
            size: code.size() + 2 * BORDER,
            path,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_a_border() {
        let code = QrCode::of("otpauth://totp/Noor:sara?secret=GEZDGNBVGY3TQOJQ");
        let far = code.size - BORDER - 7;
        for (x, y) in [(BORDER, BORDER), (far, BORDER), (BORDER, far)] {
            assert!(code.path.contains(&format!("M{x},{y}h1")), "{x}, {y}");
        }
        let border = format!("M{},", BORDER - 1);
        assert!(!code.path.contains(&border), "{}", code.path);
        assert_eq!(QrCode::of(&"x".repeat(5_000)).path, "");
    }
}
