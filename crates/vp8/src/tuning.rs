//! Constants found by measurement.

/// Weights of decisions.
#[derive(Debug, Clone)]
pub(crate) struct Tuning {
    pub(crate) luma_rounding: [u16; 16],
    pub(crate) y2_rounding: [u16; 16],
    pub(crate) chroma_rounding: [u16; 16],
    /// The score that a bit is worth, in 64ths of an AC step.
    pub(crate) mode_weight: u32,
    /// What subblocks must gain, in 256ths of a bit.
    pub(crate) subblocks_bias: u32,
    pub(crate) flat_weight: u32,
    pub(crate) lambda_weight: u32,
    /// What a bit costs in trellis quantization, in 16ths of what it costs in the choice of modes.
    pub(crate) trellis_weight: u32,
    pub(crate) aq_strength: i32,
    pub(crate) aq_floor: u32,
    pub(crate) aq_least: i32,
    pub(crate) filter_strength: u32,
    pub(crate) sharpness: u32,
    pub(crate) simple_filter: bool,
    pub(crate) deltas: [i32; 5],
    pub(crate) quality_bias: i32,
}

fn env(name: &str, default: i32) -> i32 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

fn rounding(dc: i32, first: i32, last: i32) -> [u16; 16] {
    std::array::from_fn(|i| {
        if i == 0 { dc as u16 } else { (first + (last - first) * (i as i32 - 1) / 14) as u16 }
    })
}

impl Tuning {
    pub(crate) fn new() -> Self {
        Self {
            luma_rounding: rounding(env("YDC", 124), env("Y1", 88), env("Y15", 50)),
            y2_rounding: rounding(env("Y2DC", 120), env("Y21", 110), env("Y215", 110)),
            chroma_rounding: rounding(env("UVDC", 122), env("UV1", 122), env("UV15", 105)),
            mode_weight: env("MODEW", 24) as u32,
            subblocks_bias: env("I4BIAS", 1024) as u32,
            flat_weight: env("FLAT", 50) as u32,
            lambda_weight: env("LAMBDA", 6) as u32,
            trellis_weight: env("TL", 3) as u32,
            aq_strength: env("AQ", 85),
            aq_floor: env("AQFLOOR", 40) as u32,
            aq_least: env("AQLEAST", 5),
            filter_strength: env("FILTER", 56) as u32,
            sharpness: env("SHARP", 0) as u32,
            simple_filter: env("SIMPLE", 0) != 0,
            deltas: [env("DY1DC", 0), env("DY2DC", -2), env("DY2AC", -5), env("DUVDC", -6), env("DUVAC", -4)],
            quality_bias: env("QBIAS", 0),
        }
    }
}
