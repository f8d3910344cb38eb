//! The text that `darkroom dev` prints when it is ready.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use darkroom_cloud::Endpoints;

use super::exposure::{local_address, network_address};
use crate::arguments::Dev;
use crate::console::print;
use crate::path_text::path_text;
use crate::settings::Settings;

/// The address to which `darkroom upload` sends files by default.
const DEFAULT_ISSUER: &str = "127.0.0.1:8080";

/// Everything that the text states.
pub(super) struct Greeting<'a> {
    pub(super) issuer: SocketAddr,
    pub(super) endpoints: &'a Endpoints,
    pub(super) arguments: &'a Dev,
    pub(super) settings: &'a Settings,
    pub(super) startup: Duration,
}

impl Greeting<'_> {
    /// Prints the addresses, and the command for a first upload.
    pub(super) fn print(&self) -> anyhow::Result<()> {
        let Endpoints {
            s3,
            sqs,
            access_key,
            secret_key,
            region,
        } = self.endpoints;
        let version = env!("CARGO_PKG_VERSION");
        let startup_ms = self.startup.as_millis();
        let issuer = local_address(self.issuer);
        let network = self.network_line();
        let documents = self.documents_line(issuer);
        let data_dir = path_text(&self.arguments.data_dir);
        let darkroom = program();
        let to = match issuer.to_string() == DEFAULT_ISSUER {
            true => String::new(),
            false => format!(" --to http://{issuer}"),
        };
        print(&format!(
            r#"
Darkroom {version} is ready after {startup_ms} ms.

  Page      http://{issuer}
{network}{documents}  S3        {s3}   (access key {access_key}, secret key {secret_key}, region {region})
  SQS       {sqs}
  Data      {data_dir}

Upload a photo:

  {darkroom} upload photo.jpg{to}

No photo at hand? {darkroom} try
With curl:        {darkroom} dev --help
AWS CLI, SDKs:    eval "$({darkroom} dev --env)"

Ctrl-C stops Darkroom. Each upload adds a line below.
"#
        ))
    }

    /// Returns the line with the address for other devices, if the issuer listens on all addresses.
    fn network_line(&self) -> String {
        let is_everywhere = self.issuer.ip().is_unspecified();
        let Some(ip) = network_address().filter(|_| is_everywhere) else {
            return String::new();
        };
        let address = SocketAddr::new(ip, self.issuer.port());
        let can_upload = self.arguments.s3_listen.socket().ip().is_unspecified();
        let advice = match can_upload || self.settings.storage.public_endpoint.is_some() {
            true => "",
            false => "   (uploads from there also need --s3-listen 0.0.0.0:9000)",
        };
        format!("  Network   http://{address}   for a phone on the same network{advice}\n")
    }

    fn documents_line(&self, issuer: SocketAddr) -> String {
        let address = self.settings.issuer.metrics_address().unwrap_or(issuer);
        format!("  API docs  http://{}/docs\n", local_address(address))
    }
}

/// Returns the command that started this process: its path, or only `darkroom` if the shell found it
/// in `PATH`.
fn program() -> String {
    let program = std::env::args_os().next().unwrap_or_default();
    let path = Path::new(&program);
    match path.components().count() {
        0 | 1 => "darkroom".to_owned(),
        _ => path_text(path),
    }
}
