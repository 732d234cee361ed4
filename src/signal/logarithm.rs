//! Logarithms by additions and multiplications alone, the same on any processor.

use std::f32::consts::LN_2;

/// √½
const HALF: u32 = 0x3f35_04f3;

/// ln x of a normal number, to about the precision of its type.
#[inline]
pub(super) fn ln(x: f32) -> f32 {
    let (mantissa, exponent) = split(x);
    exponent as f32 * LN_2 + ln_mantissa(mantissa)
}

/// A normal number as m · 2^k, m in [√½, √2).
#[inline]
pub(super) fn split(x: f32) -> (f32, i32) {
    let bits = x.to_bits();
    let exponent = (bits.wrapping_sub(HALF) as i32) >> 23;
    (f32::from_bits(bits.wrapping_sub((exponent << 23) as u32)), exponent)
}

/// ln of m in [√½, √2) to the precision of its type: 2 artanh((m − 1) / (m + 1)).
#[inline]
pub(super) fn ln_mantissa(m: f32) -> f32 {
    let s = (m - 1.0) / (m + 1.0);
    let q = s * s;
    2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_as_precise_as_their_type() {
        for x in [0.26, 0.75, 1.0, 1.0000001, 1.41, 1.42, 2.0, 3.7, 1e3, 1e20, 1e36] {
            let (mantissa, exponent) = split(x);
            assert_eq!(mantissa * (exponent as f32).exp2(), x);
            assert!((ln(x) - x.ln()).abs() < 3e-7 * (1.0 + x.ln().abs()), "{x}: {} {}", ln(x), x.ln());
        }
    }
}
