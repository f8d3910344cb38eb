//! The subcommands.

mod backfill;
mod dev;
mod dlq;
mod doctor;
mod erase;
mod fsck;
mod generated;
mod health;
mod import;
mod inspect;
mod key;
mod list;
mod local_cloud;
mod process;
mod profiles;
mod provision;
mod review;
mod roles;
mod simulate;
mod single_bucket;
mod try_samples;
mod upload;
mod usage;

use std::time::Duration;

use anyhow::Context;
use darkroom_cloud::Connection;
use darkroom_contract::SettingError;

use crate::arguments::{Arguments, Command};
use crate::exit_status::ExitStatus;
use crate::first_process;
use crate::settings::Settings;
use crate::telemetry;

/// The time that remaining tasks get after a command has finished. Nothing depends on these tasks.
const LAST_TASKS: Duration = Duration::from_millis(50);

/// Runs one subcommand.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitStatus> {
    if let Some(result) = generated::run(&arguments.command) {
        return result;
    }
    let mut settings = Settings::load(arguments.config.as_deref(), std::env::vars_os())?;
    if arguments.command.is_quiet() {
        settings.log.log_warnings_only();
    }
    // Render processes run as the same user, and must not read the credentials in this process's
    // environment.
    darkroom_render::make_undumpable().context("cannot make this process undumpable")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the asynchronous runtime")?;
    let service = arguments.command.service();
    // A role stops on these signals by itself.
    first_process::start(runtime.handle(), service.is_none()).context("cannot handle signals")?;
    let is_role = arguments.command.is_role();
    let traces = telemetry::start(&settings.log, service, is_role, runtime.handle())?;
    let ended = runtime.block_on(dispatch(arguments.command, settings));
    if let Some(traces) = traces {
        traces.shut_down();
    }
    // Without a timeout, the runtime would wait for name resolution, which cannot be cancelled.
    runtime.shutdown_timeout(LAST_TASKS);
    ended
}

async fn dispatch(command: Command, settings: Settings) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Dev(dev) => dev::run(dev, settings).await,
        Command::Try(arguments) => try_samples::run(arguments, settings).await,
        Command::Issuer => roles::issuer(settings).await,
        Command::Worker => roles::worker(settings).await,
        Command::Provision(provision) => provision::run(&provision, &settings).await,
        Command::Doctor(doctor) => doctor::run(&doctor, settings).await,
        Command::Upload(upload) => upload::run(upload, &settings).await,
        Command::Process(process) => process::run(process, settings).await,
        Command::Inspect(inspect) => inspect::run(inspect, &settings).await,
        Command::Health(health) => health::run(health, &settings).await,
        Command::Simulate(arguments) => simulate::run(&arguments),
        Command::Key { action } => key::run(action),
        Command::Backfill(backfill) => backfill::run(&backfill, settings).await,
        Command::Import(import) => import::run(&import, settings).await,
        Command::Fsck(fsck) => fsck::run(&fsck, settings).await,
        Command::List(list) => list::run(&list, settings).await,
        Command::Usage(usage) => usage::run(&usage, settings).await,
        Command::Erase(erase) => erase::run(&erase, settings).await,
        Command::Review(arguments) => review::run(arguments, settings).await,
        Command::Dlq(dlq) => dlq::run(dlq, settings).await,
        Command::Schema | Command::Completions { .. } | Command::Man { .. } => {
            anyhow::bail!("generated output needs no runtime")
        }
        Command::Render(_) => anyhow::bail!("the render process has no runtime"),
    }
}

/// Connects to the cloud with the configuration in the environment.
async fn connect(settings: &Settings) -> Result<Connection, SettingError> {
    Connection::from_environment(&settings.storage).await
}
