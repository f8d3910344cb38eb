//! Child processes of a test: reading their output, waiting for their exit, and killing them.
//!
//! ```
//! use std::process::Command;
//! use std::time::Duration;
//! use darkroom_testkit::process::Process;
//!
//! let mut command = Command::new("sh");
//! command.args(["-c", "echo listening on 4566; exec sleep 60"]);
//! let mut server = Process::start(command)?;
//! let port = server.wait_for_line("the port", Duration::from_secs(5), |line| {
//!     line.strip_prefix("listening on ")?.parse::<u16>().ok()
//! })?;
//! assert_eq!(port, 4566);
//! server.terminate(Duration::from_secs(5))?;
//! # Ok::<(), darkroom_testkit::process::ProcessError>(())
//! ```

mod captured;
mod child;
mod error;

pub use child::Process;
pub use error::ProcessError;
pub use rustix::process::Signal;
