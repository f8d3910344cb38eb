//! Comparisons of Darkroom with other image libraries. The command `peers` measures the whole job, `encoder`
//! the encoder alone, and `goals` compares figures with their goals. `README.md` describes them.
//!
//! - [`photos`]: the photos of the job
//! - [`environment`]: pinned versions of the peers, installed by the command itself
//! - [`peer`]: the programs that do the job
//! - [`process`]: time and memory of a program with all of its child processes
//! - [`quality`]: the distance of a variant from its source
//! - [`encoder`]: rate-distortion curves of encoders
//! - [`goals`]: the goals, and the figures of all commands
//! - [`comparison`]: the run, in which all peers take turns
//! - [`report`]: tables, JSON and a chart

pub mod arguments;
pub mod comparison;
pub mod encoder;
pub mod environment;
pub mod goals;
pub mod peer;
pub mod photos;
pub mod process;
pub mod quality;
pub mod report;
