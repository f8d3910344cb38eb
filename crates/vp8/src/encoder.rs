//! The encoder of frames.

use crate::bool_encoder::BoolEncoder;
use crate::borders::Borders;
use crate::effort::Effort;
use crate::header::{FirstPartition, LoopFilter, MAX_FIRST_PARTITION};
use crate::kernels::{Kernels, Scalar};
use crate::macroblock::{self, Scratch};
use crate::mode_budget::ModeBudget;
use crate::modes::MacroblockHeader;
use crate::options::{EncoderOptions, quantizer_index};
use crate::partitions::{SIZE_LIMIT, frame, write_pair, write_single};
use crate::probabilities::{LevelCosts, Probabilities, least_bytes};
use crate::quantization::{IndexDeltas, SegmentCoding};
use crate::search::Searcher;
use crate::segments::{Segments, activity};
use crate::source::load;
use crate::tables::AC_STEPS;
use crate::token_symbols::TokenSymbols;
use crate::tokens::Tokens;
use crate::tuning;
use crate::{Error, InstructionSet, Planes};

/// An encoder of key frames. It keeps its buffers from frame to frame.
pub struct Encoder {
    options: EncoderOptions,
    instruction_set: InstructionSet,
    tokens: Tokens,
    headers: Vec<MacroblockHeader>,
    borders: Borders,
    scratch: Box<Scratch>,
    /// The costs of levels. Only searches use them.
    costs: LevelCosts,
    /// The least length of a partition that does not fit into the size field.
    pub(crate) partition_limit: usize,
    /// The reconstruction of each macroblock.
    #[cfg(test)]
    pub(crate) reconstruction: Vec<crate::kernels::Pixels>,
    /// Turns off the loop filter.
    #[cfg(test)]
    pub(crate) unfiltered: bool,
}

/// The choices that are made before the first macroblock is coded.
struct Plan {
    effort: Effort,
    segments: Segments,
    codings: Vec<SegmentCoding>,
    deltas: IndexDeltas,
    columns: usize,
    rows: usize,
    modes: ModeBudget,
}

impl Encoder {
    /// Creates an encoder.
    ///
    /// # Errors
    ///
    /// [`Error::Quality`] or [`Error::Effort`] if an option is out of range.
    pub fn new(options: EncoderOptions) -> Result<Self, Error> {
        options.check()?;
        Ok(Self {
            options,
            instruction_set: InstructionSet::fastest(),
            tokens: Tokens::new(),
            headers: Vec::new(),
            borders: Borders::new(),
            scratch: Box::new(Scratch::new()),
            costs: LevelCosts::new(&Probabilities::new()),
            partition_limit: SIZE_LIMIT,
            #[cfg(test)]
            reconstruction: Vec::new(),
            #[cfg(test)]
            unfiltered: false,
        })
    }

    /// Sets the instruction set, which is otherwise the fastest that is available. This affects the time, but
    /// not the bytes.
    ///
    /// # Errors
    ///
    /// [`Error::InstructionSet`] if this processor does not have the instructions.
    pub fn set_instruction_set(&mut self, set: InstructionSet) -> Result<(), Error> {
        if !set.is_available() {
            return Err(Error::InstructionSet(set));
        }
        self.instruction_set = set;
        Ok(())
    }

    /// Returns a frame without any container: the payload of a WebP file's `VP8 ` chunk.
    ///
    /// # Errors
    ///
    /// [`Error::Dimensions`], [`Error::Stride`] or [`Error::PlaneTooShort`] if the planes are not consistent,
    /// [`Error::TooLarge`] if the frame would exceed [`EncoderOptions::max_bytes`].
    pub fn encode(&mut self, planes: &Planes<'_>) -> Result<Vec<u8>, Error> {
        planes.check()?;
        match self.instruction_set {
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => {
                if let Some(kernels) = crate::kernels::Avx2::detect() {
                    return self.encode_with(kernels, planes);
                }
            }
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Sse41 => {
                if let Some(kernels) = crate::kernels::Sse41::detect() {
                    return self.encode_with(kernels, planes);
                }
            }
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            InstructionSet::Neon => {
                if let Some(kernels) = crate::kernels::Neon::detect() {
                    return self.encode_with(kernels, planes);
                }
            }
            _ => {}
        }
        self.encode_with(Scalar, planes)
    }

    pub(crate) fn encode_with<K: Kernels>(
        &mut self,
        kernels: K,
        planes: &Planes<'_>,
    ) -> Result<Vec<u8>, Error> {
        let plan = self.plan(kernels, planes);
        let passes = plan.effort.search.map_or(1, |search| search.passes);
        self.costs.update(&Probabilities::new());
        for pass in 0..passes {
            if pass > 0 {
                self.costs
                    .update(&Probabilities::from_counts(self.tokens.counts()));
            }
            self.code_macroblocks(kernels, planes, &plan, pass)?;
        }
        self.write(kernels, planes, &plan)
    }

    /// Chooses segments and quantizers.
    fn plan<K: Kernels>(&self, kernels: K, planes: &Planes<'_>) -> Plan {
        let effort = Effort::new(self.options.effort);
        let columns = planes.width.div_ceil(16) as usize;
        let rows = planes.height.div_ceil(16) as usize;
        let modes = ModeBudget::new(columns * rows);
        let index = quantizer_index(self.options.quality);
        let segments = if modes.allows_segments() {
            Segments::analyze(kernels, planes, index)
        } else {
            Segments::uniform(index)
        };
        let [luma_dc, y2_dc, y2_ac, chroma_dc, chroma_ac] = tuning::INDEX_DELTAS;
        let deltas = IndexDeltas {
            luma_dc,
            y2_dc,
            y2_ac,
            chroma_dc,
            chroma_ac,
        };
        let coding = |&index: &u8| SegmentCoding::new(index, &deltas);
        let codings = segments.indices.iter().map(coding).collect();
        Plan {
            effort,
            segments,
            codings,
            deltas,
            columns,
            rows,
            modes,
        }
    }

    /// Codes all macroblocks into tokens and headers.
    fn code_macroblocks<K: Kernels>(
        &mut self,
        kernels: K,
        planes: &Planes<'_>,
        plan: &Plan,
        pass: usize,
    ) -> Result<(), Error> {
        self.tokens.clear();
        self.headers.clear();
        #[cfg(test)]
        self.reconstruction.clear();
        self.headers.reserve(plan.columns * plan.rows);
        self.borders.start_frame(plan.columns);
        let mut modes = plan.modes.clone();
        for row in 0..plan.rows {
            self.borders.start_row(row);
            for column in 0..plan.columns {
                self.code_macroblock(kernels, planes, plan, &mut modes, (column, row));
            }
            self.tokens.end_row();
            if pass == 0 && plan.effort.search.is_some() {
                self.costs
                    .update(&Probabilities::from_counts(self.tokens.counts()));
            }
            self.check_size(least_bytes(self.tokens.counts()))?;
        }
        Ok(())
    }

    #[inline(always)]
    fn code_macroblock<K: Kernels>(
        &mut self,
        kernels: K,
        planes: &Planes<'_>,
        plan: &Plan,
        budget: &mut ModeBudget,
        (column, row): (usize, usize),
    ) {
        let Self {
            scratch,
            borders,
            tokens,
            ..
        } = self;
        load(planes, column, row, &mut scratch.source);
        let segment = if plan.segments.is_uniform() {
            0
        } else {
            plan.segments.segment(activity(kernels, &scratch.source))
        };
        let coding = &plan.codings[usize::from(segment)];
        let allowed = budget.allowed();
        let modes = if let Some(search) = plan.effort.search {
            let searcher = Searcher {
                kernels,
                search,
                coding,
                costs: &self.costs,
            };
            searcher.code(borders, allowed, scratch)
        } else {
            macroblock::code(kernels, &plan.effort, coding, borders, allowed, scratch)
        };
        let (above, left) = borders.modes();
        budget.spend(modes.0, above, left);
        let marks_skipped = budget.allows_skipping();
        let mut header = macroblock::record(tokens, borders, marks_skipped, modes, &scratch.best);
        header.segment = segment;
        borders.advance(&scratch.best.reconstruction, modes.0);
        self.headers.push(header);
        #[cfg(test)]
        self.reconstruction
            .push(scratch.best.reconstruction.clone());
    }

    fn check_size(&self, bytes: usize) -> Result<(), Error> {
        match self.options.max_bytes {
            Some(max_bytes) if bytes > max_bytes => Err(Error::TooLarge { max_bytes }),
            _ => Ok(()),
        }
    }

    /// Writes the frame from headers and tokens.
    fn write<K: Kernels>(
        &self,
        kernels: K,
        planes: &Planes<'_>,
        plan: &Plan,
    ) -> Result<Vec<u8>, Error> {
        let probabilities = Probabilities::from_counts(self.tokens.counts());
        let symbols = TokenSymbols::new(&probabilities);
        let max_bytes = self.options.max_bytes.unwrap_or(usize::MAX);
        let mut tokens = write_pair(kernels, &self.tokens, &symbols, max_bytes)?;
        if tokens[0].len() >= self.partition_limit {
            tokens = write_single(kernels, &self.tokens, &symbols, max_bytes)?;
        }
        let partition = FirstPartition {
            segments: &plan.segments,
            deltas: &plan.deltas,
            filter: self.loop_filter(&plan.segments),
            probabilities: &probabilities,
            macroblocks: &self.headers,
            columns: plan.columns,
            token_partitions: tokens.len(),
            marks_skipped: plan.modes.allows_skipping(),
        };
        let mut encoder = BoolEncoder::new();
        partition.write(kernels, &mut encoder);
        let first = encoder.finish();
        if first.len() > MAX_FIRST_PARTITION {
            // `ModeBudget` prevents that.
            return Err(Error::TooLarge {
                max_bytes: MAX_FIRST_PARTITION,
            });
        }
        let out = frame(planes.width, planes.height, &first, &tokens);
        self.check_size(out.len())?;
        Ok(out)
    }

    fn loop_filter(&self, segments: &Segments) -> LoopFilter {
        let level = |index: u8| {
            let step = u32::from(AC_STEPS[usize::from(index)]);
            (step * tuning::FILTER_STRENGTH / 256).min(63) as u8
        };
        #[cfg(test)]
        let level = |index: u8| if self.unfiltered { 0 } else { level(index) };
        LoopFilter {
            levels: segments.indices.map(level),
        }
    }
}
