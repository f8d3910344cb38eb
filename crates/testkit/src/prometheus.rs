//! A real Prometheus, for tests of alert rules.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::process::Process;
use crate::{debian, port, wait};

const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A running Prometheus, which scrapes metrics and evaluates rules every second. It is killed when
/// this value is dropped.
pub struct Prometheus {
    url: String,
    _process: Process,
    _folder: TempDir,
}

/// The error of [`Prometheus::promtool`].
#[derive(Debug)]
pub enum PromtoolError {
    /// The program cannot be started. The text is the reason.
    Missing(String),
    /// The program found an error. The text is its output.
    Failed(String),
}

impl Prometheus {
    /// Starts a Prometheus that scrapes `target` (`HOST:PORT`) and evaluates the rules of a file.
    /// Uses the installed program, or downloads and extracts Debian's package.
    ///
    /// # Errors
    /// A description of what is missing or failed.
    pub async fn start(target: &str, rules: &Path) -> Result<Self, String> {
        let failed = |error: io::Error| error.to_string();
        let folder = tempfile::tempdir().map_err(failed)?;
        let configuration = folder.path().join("prometheus.yml");
        let rules = rules.canonicalize().map_err(failed)?;
        let text = format!(
            "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\n\
             rule_files: [{}]\n\
             scrape_configs: [{{ job_name: darkroom, static_configs: [{{ targets: [\"{target}\"] }}] }}]\n",
            rules.display()
        );
        fs::write(&configuration, text).map_err(failed)?;
        let address = format!("127.0.0.1:{}", port::free().map_err(failed)?);
        let mut command = Command::new(debian::program("prometheus")?);
        command
            .arg(format!("--config.file={}", configuration.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().display()))
            .arg(format!("--web.listen-address={address}"))
            .arg("--log.level=error");
        let prometheus = Self {
            url: format!("http://{address}/api/v1"),
            _process: Process::start(command).map_err(|error| error.to_string())?,
            _folder: folder,
        };
        let ready = async || prometheus.query("vector(1)").await;
        let ready = wait::until_async("Prometheus", START_TIMEOUT, ready).await;
        ready.map_err(|error| error.to_string())?;
        Ok(prometheus)
    }

    /// Returns the value of each series that a query selects.
    ///
    /// # Errors
    /// A description of what failed.
    pub async fn query(&self, query: &str) -> Result<Vec<f64>, String> {
        let query = [("query", query)];
        let found = self.get("query", &query).await?;
        let series = found["result"].as_array().into_iter().flatten();
        let values = series.filter_map(|series| series["value"][1].as_str()?.parse().ok());
        Ok(values.collect())
    }

    /// Returns the names of all alerts that are firing.
    ///
    /// # Errors
    /// A description of what failed.
    pub async fn firing(&self) -> Result<Vec<String>, String> {
        let found = self.get("alerts", &[]).await?;
        let alerts = found["alerts"].as_array().into_iter().flatten();
        let firing = alerts.filter(|alert| alert["state"] == "firing");
        let names = firing.filter_map(|alert| alert["labels"]["alertname"].as_str());
        Ok(names.map(str::to_owned).collect())
    }

    /// Runs `promtool`, which belongs to Prometheus. Returns its output.
    ///
    /// # Errors
    /// A description of what is missing, or the output if a check failed.
    pub fn promtool(arguments: &[&OsStr]) -> Result<String, PromtoolError> {
        let program = debian::program_of("prometheus", "promtool");
        let mut command = Command::new(program.map_err(PromtoolError::Missing)?);
        let output = command.args(arguments).output();
        let output = output.map_err(|error| PromtoolError::Missing(error.to_string()))?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        if output.status.success() {
            Ok(text)
        } else {
            Err(PromtoolError::Failed(text))
        }
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, String> {
        let request = reqwest::Client::new().get(format!("{}/{path}", self.url));
        let response = request.query(query).send().await;
        let body = response.map_err(|error| error.to_string())?.json().await;
        let mut body: Value = body.map_err(|error| error.to_string())?;
        match body["status"].as_str() {
            Some("success") => Ok(body["data"].take()),
            _ => Err(body["error"].to_string()),
        }
    }
}
