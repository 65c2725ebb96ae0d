//! What came from somebody's server, written anew: only its points survive, so nothing that was hidden in it reaches a browser.

use std::{fmt, io::Cursor};

use consentry_ledger::logos::LARGEST;
use image::{
    DynamicImage, ImageFormat, ImageReader, Limits,
    codecs::png::{CompressionType, FilterType, PngEncoder},
    imageops,
};

/// Longest side of what is kept, in points. Pages show it at 48, on dense screens at twice that.
const LONGEST_SIDE: u32 = 128;

/// Longest side of what is read, in points.
const LONGEST_SIDE_READ: u32 = 2_048;

/// Memory that reading one may take: every point of the largest, with four colours of 16 bits.
const MEMORY: u64 = 8 * LONGEST_SIDE_READ as u64 * LONGEST_SIDE_READ as u64;

/// Why it cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unusable {
    /// It is neither PNG nor JPEG nor WebP.
    OtherFormat,
    /// It has too many points.
    TooLarge,
    /// It cannot be read to its end.
    Broken,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherFormat => "the answer is neither PNG nor JPEG nor WebP",
            Self::TooLarge => "the picture is too large",
            Self::Broken => "the picture is broken",
        })
    }
}

/// The picture as PNG, made smaller where it is larger than it is ever shown.
pub(super) fn written_anew(bytes: &[u8]) -> Result<Vec<u8>, Unusable> {
    let picture = read(bytes)?;
    let picture = if picture.width().max(picture.height()) > LONGEST_SIDE {
        picture.resize(LONGEST_SIDE, LONGEST_SIDE, imageops::FilterType::CatmullRom)
    } else {
        picture
    };
    let mut png = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::Adaptive);
    DynamicImage::ImageRgba8(picture.into_rgba8())
        .write_with_encoder(encoder)
        .map_err(|_| Unusable::Broken)?;
    if png.len() > LARGEST {
        return Err(Unusable::TooLarge);
    }
    Ok(png)
}

/// What it is follows from its bytes; what the server calls it does not count.
fn read(bytes: &[u8]) -> Result<DynamicImage, Unusable> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|_| Unusable::Broken)?;
    let known = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];
    if !reader.format().is_some_and(|format| known.contains(&format)) {
        return Err(Unusable::OtherFormat);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE_READ);
    limits.max_image_height = Some(LONGEST_SIDE_READ);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    reader.decode().map_err(|error| match error {
        image::ImageError::Limits(_) => Unusable::TooLarge,
        _ => Unusable::Broken,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> DynamicImage {
        DynamicImage::ImageRgba8(image::RgbaImage::from_fn(width, height, |x, y| {
            image::Rgba([x.to_be_bytes()[3], y.to_be_bytes()[3], 200, 255])
        }))
    }

    fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let flat = picture.to_rgb8();
        match format {
            ImageFormat::Jpeg => flat.write_to(&mut bytes, format).unwrap(),
            _ => picture.write_to(&mut bytes, format).unwrap(),
        }
        bytes.into_inner()
    }

    fn size(png: &[u8]) -> (u32, u32) {
        let read = image::load_from_memory_with_format(png, ImageFormat::Png).unwrap();
        (read.width(), read.height())
    }

    #[test]
    fn each_format_becomes_a_png_that_is_no_larger_than_it_is_shown() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let png = written_anew(&written(&picture(600, 300), format)).unwrap();
            assert_eq!(size(&png), (128, 64), "{format:?}");
            assert!(png.len() <= LARGEST);
        }
        let small = written_anew(&written(&picture(20, 40), ImageFormat::Png)).unwrap();
        assert_eq!(size(&small), (20, 40), "what is small stays as it is");
    }

    #[test]
    fn the_worst_picture_there_can_be_fits() {
        // No two points next to each other are alike, so that nothing can be pressed together.
        let mut seed = 7_u32;
        let noise = image::RgbaImage::from_fn(128, 128, |_, _| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            image::Rgba(seed.to_be_bytes())
        });
        let png = written_anew(&written(&noise.into(), ImageFormat::Png)).unwrap();
        assert!(png.len() <= LARGEST, "{}", png.len());
    }

    #[test]
    fn what_was_hidden_in_it_is_gone() {
        let mut bytes = written(&picture(16, 16), ImageFormat::Png);
        bytes.extend_from_slice(b"<script>alert(1)</script>");
        let png = written_anew(&bytes).unwrap();
        assert!(!png.windows(8).any(|window| window == b"<script>"));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        // A few bytes that say they are 60,000 by 60,000 points.
        let mut bomb = written(&picture(1, 1), ImageFormat::Png);
        bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
        assert!(matches!(
            written_anew(&bomb),
            Err(Unusable::TooLarge | Unusable::Broken)
        ));
        // One that is honest about it.
        let flat = DynamicImage::ImageLuma8(image::GrayImage::new(8_000, 8_000));
        let honest = written(&flat, ImageFormat::Png);
        assert!(
            honest.len() < 1_048_576,
            "{} bytes that are 64 million points",
            honest.len()
        );
        assert_eq!(written_anew(&honest), Err(Unusable::TooLarge));
        let honest = written(
            &DynamicImage::ImageRgb8(image::RgbImage::new(4_000, 4_000)),
            ImageFormat::Jpeg,
        );
        assert_eq!(written_anew(&honest), Err(Unusable::TooLarge));
    }

    #[test]
    fn everything_else_is_no_picture() {
        for bytes in [
            b"".as_slice(),
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            b"<!doctype html><title>moved</title>",
            b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
            b"%PDF-1.7",
        ] {
            assert_eq!(written_anew(bytes), Err(Unusable::OtherFormat));
        }
        let whole = written(&picture(64, 64), ImageFormat::Png);
        assert_eq!(written_anew(&whole[..whole.len() / 2]), Err(Unusable::Broken));
        let mut wrong = whole;
        let middle = wrong.len() / 2;
        wrong[middle] ^= 0xff;
        assert_eq!(written_anew(&wrong), Err(Unusable::Broken));
    }
}
