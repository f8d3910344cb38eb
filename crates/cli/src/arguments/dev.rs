//! Arguments of `darkroom dev`.

use std::path::PathBuf;

use clap::Args;
use darkroom_contract::ListenAddress;

#[derive(Debug, Args)]
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
}
