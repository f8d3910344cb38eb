//! Arguments of `darkroom import`.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use darkroom_contract::ProfileName;
use darkroom_worker::OwnerPattern;

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Objects to import, such as s3://old-photos/users/
    #[arg(value_name = "s3://BUCKET/PREFIX")]
    pub(crate) source: S3Location,
    /// Profile of the uploads
    #[arg(long)]
    pub(crate) profile: ProfileName,
    /// Pattern that finds the owner in a key, such as users/{owner}/*; * matches within a segment,
    /// ** across segments
    #[arg(long, value_name = "PATTERN")]
    pub(crate) owner_from: OwnerPattern,
    /// File that maps each old key to its upload; an interrupted import continues with it
    #[arg(long, value_name = "FILE", default_value = "darkroom-import.jsonl")]
    pub(crate) mapping: PathBuf,
    /// Maximum number of objects per second
    #[arg(long, value_name = "COUNT", default_value = "50")]
    pub(crate) rate: NonZeroU32,
    /// Count the objects without importing them
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print one JSON object and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}

/// The location of objects: `s3://BUCKET/PREFIX`.
#[derive(Debug, Clone)]
pub(crate) struct S3Location {
    pub(crate) bucket: String,
    pub(crate) prefix: String,
}

impl FromStr for S3Location {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = text.strip_prefix("s3://").unwrap_or_default();
        let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
        if bucket.is_empty() {
            return Err("must have the form s3://BUCKET/PREFIX".to_owned());
        }
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
        })
    }
}
