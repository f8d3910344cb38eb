//! The text that `darkroom dev` prints when it is ready.

use std::net::SocketAddr;

use darkroom_cloud::Endpoints;

use crate::arguments::Dev;
use crate::console::print;
use crate::path_text::path_text;

/// Prints the addresses, and shell commands for a first upload.
pub(super) fn print_greeting(
    issuer: SocketAddr,
    endpoints: &Endpoints,
    arguments: &Dev,
) -> anyhow::Result<()> {
    let Endpoints {
        s3,
        sqs,
        access_key,
        secret_key,
        region,
    } = endpoints;
    let data_dir = path_text(&arguments.data_dir);
    print(&format!(
        r#"
Darkroom is ready.

  Page    http://{issuer}
  S3      {s3}   (access key {access_key}, secret key {secret_key}, region {region})
  SQS     {sqs}
  Data    {data_dir}

For the AWS CLI and SDKs: eval "$(darkroom dev --env)" in a shell.
Set PHOTO=path/to/a.jpg in a shell, then paste:

  # 1. request an upload URL
  UPLOAD=$(curl -sS http://{issuer}/v1/uploads -H 'content-type: application/json' -d '{{"profile":"avatar","owner":"me","content_type":"image/jpeg","size":'$(wc -c < "${{PHOTO:-photo.jpg}}")'}}'); echo "$UPLOAD"
  # 2. send the file
  curl -sS -f -T "${{PHOTO:-photo.jpg}}" -H 'content-type: image/jpeg' -H 'if-none-match: *' "$(echo "$UPLOAD" | sed 's/.*"url":"\([^"]*\)".*/\1/')"
  # 3. wait for the outcome
  curl -sS "http://{issuer}$(echo "$UPLOAD" | sed 's/.*"status_url":"\([^"]*\)".*/\1/')?wait=25"

Ctrl-C stops Darkroom.
"#
    ))
}
