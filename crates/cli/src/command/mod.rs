//! What each subcommand does.

mod backfill;
mod dev;
mod dlq;
mod inspect;
mod key;
mod process;
mod provision;
mod roles;
mod upload;

use std::time::Duration;

use anyhow::Context;
use darkroom_cloud::Connection;

use crate::arguments::{Arguments, Command};
use crate::outcome::Ending;
use crate::settings::Settings;
use crate::telemetry;

/// What is left when a command has ended concerns nobody any more.
const LAST_TASKS: Duration = Duration::from_millis(50);

/// Runs one subcommand to its end.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Ending> {
    let settings = Settings::load(arguments.config.as_deref(), std::env::vars())?;
    // Render processes run as the same user, and credentials are in the environment.
    darkroom_render::make_undumpable().context("this process could not be made undumpable")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the asynchronous runtime cannot start")?;
    let service = arguments.command.service();
    let traces = telemetry::start(&settings.log, service, runtime.handle())?;
    let ended = runtime.block_on(dispatch(arguments.command, settings));
    if let Some(traces) = traces {
        traces.shut_down();
    }
    // A name that is still being resolved, for a call that was given up, would be waited for.
    runtime.shutdown_timeout(LAST_TASKS);
    ended
}

async fn dispatch(command: Command, settings: Settings) -> anyhow::Result<Ending> {
    match command {
        Command::Dev(dev) => dev::run(dev, settings).await,
        Command::Issuer => roles::issuer(settings).await,
        Command::Worker => roles::worker(settings).await,
        Command::Provision(provision) => provision::run(&provision, &settings).await,
        Command::Upload(upload) => upload::run(upload).await,
        Command::Process(process) => process::run(process, settings).await,
        Command::Inspect(inspect) => inspect::run(inspect, &settings).await,
        Command::Key { action } => key::run(action),
        Command::Backfill(backfill) => backfill::run(&backfill, settings).await,
        Command::Dlq(dlq) => dlq::run(dlq, settings).await,
        Command::Render(_) => anyhow::bail!("the render process is started before all this"),
    }
}

/// The cloud that the environment names.
async fn connect(settings: &Settings) -> Connection {
    Connection::from_environment(&settings.storage).await
}
