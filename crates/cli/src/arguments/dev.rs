//! Arguments of `darkroom dev`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;
use darkroom_contract::ListenAddress;

/// The commands of a first upload with curl. A test runs them. The lines are short, because the
/// help is wrapped at the width of the terminal, and a wrapped command cannot be pasted.
const CURL: &str = r#"With curl, set PHOTO to the path of a photo, then paste:

  ISSUER="${DARKROOM_UPLOAD_TO:-http://127.0.0.1:8080}"
  PHOTO="${PHOTO:-photo.jpg}"; SIZE=$(($(wc -c < "$PHOTO")))
  field() { printf %s "$UPLOAD" | sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"; }
  # 1. request an upload URL
  UPLOAD=$(curl -sS -f "$ISSUER/v1/uploads" \
    -H 'content-type: application/json' \
    -d '{"profile":"avatar","owner":"me","size":'$SIZE'}')
  # 2. send the file
  curl -sS -f -T "$PHOTO" -H 'if-none-match: *' \
    -H 'content-type: application/octet-stream' "$(field url)"
  # 3. wait for the outcome
  curl -sS "$ISSUER$(field status_url)?wait=25""#;

#[derive(Debug, Args)]
#[command(after_long_help = CURL)]
pub(crate) struct Dev {
    /// Folder that keeps the objects across restarts
    #[arg(long, value_name = "DIR", default_value = "darkroom-data")]
    pub(crate) data_dir: PathBuf,
    /// Address of the issuer [default: the setting `issuer.listen`]
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<ListenAddress>,
    /// Address of the embedded S3
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9000")]
    pub(crate) s3_listen: ListenAddress,
    /// Address of the embedded SQS; port 0 is any free port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(crate) sqs_listen: ListenAddress,
    /// Additional host name of this machine; requests to it and from its pages are accepted; may be
    /// repeated
    #[arg(long, value_name = "HOST", value_parser = parse_host)]
    pub(crate) allow_host: Vec<String>,
    /// Log every request and upload
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Print shell commands that set the environment of AWS clients and of `darkroom upload` for
    /// the `dev` that runs on this data folder, and exit
    #[arg(long)]
    pub(crate) env: bool,
}

/// Parses the name or the address of a host, without scheme, port and brackets.
fn parse_host(text: &str) -> Result<String, String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let is_name = !text.is_empty() && text.chars().all(is_allowed);
    if is_name || text.parse::<IpAddr>().is_ok() {
        return Ok(text.to_owned());
    }
    Err("must be a host name or an address, such as host.docker.internal".to_owned())
}
