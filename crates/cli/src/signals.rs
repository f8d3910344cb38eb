//! Being told to stop.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::outcome::complain;

/// What a shell reports of a process that was ended by Ctrl-C.
const INTERRUPTED: i32 = 130;

/// A token that the first SIGTERM or Ctrl-C cancels. The second ends the process at once.
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
            complain("darkroom: stopping; once more to stop at once");
        }
    });
    Ok(token)
}
