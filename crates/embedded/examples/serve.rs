//! Serves a folder until Ctrl-C: `cargo run -p darkroom-embedded --example serve -- FOLDER [S3-PORT [SQS-PORT]]`.
//! The access key and the secret are both `darkroom`.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};

use darkroom_embedded::{EmbeddedCloud, Options};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the addresses are what a caller reads")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let port = |at: usize| arguments.get(at).map_or(Ok(0), |port| port.parse());
    let listen = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let cloud = EmbeddedCloud::start(Options {
        data_dir: arguments.first().ok_or("which folder?")?.into(),
        s3_listen: listen(port(1)?),
        sqs_listen: listen(port(2)?),
        access_key: "darkroom".into(),
        secret_key: "darkroom".into(),
        region: "eu-central-1".into(),
        allowed_origins: vec!["https://app.example.org".into()],
    })
    .await?;
    println!("{} {}", cloud.s3_url(), cloud.sqs_url());
    tokio::signal::ctrl_c().await?;
    cloud.stop().await;
    Ok(())
}
