//! Shutdown by signal.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::console::eprint_note;

/// The exit code after a second signal. Shells report the same code for a process that Ctrl-C has
/// killed.
const INTERRUPTED: i32 = 130;

/// Returns a token that the first SIGTERM or Ctrl-C cancels. The second signal ends the process at
/// once.
pub(crate) fn stop_token() -> std::io::Result<CancellationToken> {
    let token = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = token.clone();
    tokio::spawn(async move {
        for signals in 0.. {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if signals > 0 {
                std::process::exit(INTERRUPTED);
            }
            stop.cancel();
            eprint_note("darkroom: stopping; send the signal again to exit immediately");
        }
    });
    Ok(token)
}
