//! The supervisor of a role, which starts it again whenever it stops or crashes.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::process::Process;
use crate::world::World;

/// The longest life of a process before it is stopped and started again.
const MAX_LIFETIME: Duration = Duration::from_secs(1800);
const MAX_RESTART_TIME: Duration = Duration::from_secs(30);

/// Runs one process of a role after another. Each runs until it crashes or is stopped.
pub(crate) async fn supervise<R>(
    world: Arc<World>,
    name: String,
    role: fn(Process, CancellationToken) -> R,
) where
    R: Future<Output = ()> + Send + 'static,
{
    for generation in 0.. {
        let process = Process::new(&world, &format!("{name}.{generation}"));
        let stop = CancellationToken::new();
        let lifetime = world.draw_duration(MAX_LIFETIME);
        let stopped = async {
            sleep(lifetime).await;
            if world.state().has_faults {
                stop.cancel();
            }
            std::future::pending::<()>().await;
        };
        // A crashed process is not cancelled. Its calls never return, so it has no further effect.
        let task = tokio::spawn(role(process.clone(), stop.clone()));
        tokio::select! {
            biased;
            () = process.crashed() => {}
            _ = task => process.trace(format_args!("stopped")),
            () = stopped => {}
        }
        sleep(world.draw_duration(MAX_RESTART_TIME)).await;
    }
}
