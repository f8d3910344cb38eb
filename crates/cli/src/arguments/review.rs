//! Arguments of `darkroom review`.

use std::fmt;
use std::str::FromStr;

use clap::{Args, Subcommand};
use darkroom_contract::{ProfileName, RAW_PREFIX, RawKey};

#[derive(Debug, Subcommand)]
pub(crate) enum Review {
    /// Print the uploads in review, with links to their variants
    List(ReviewList),
    /// Publish an upload
    Approve(ReviewApprove),
    /// Reject an upload and remove its variants
    Reject(ReviewReject),
}

#[derive(Debug, Args)]
pub(crate) struct ReviewList {
    /// List uploads of this profile only [default: all profiles, one after the other]
    #[arg(long)]
    pub(crate) profile: Option<ProfileName>,
    /// Maximum number of uploads of a profile [default: no limit]
    #[arg(long, value_name = "COUNT")]
    pub(crate) limit: Option<usize>,
    /// Print one JSON object per upload and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}

/// The upload to decide about.
#[derive(Debug, Args)]
pub(crate) struct ReviewedUpload {
    /// Upload to approve or reject, as `darkroom review list` prints it
    #[arg(value_name = "PROFILE/OWNER/ID")]
    pub(crate) upload: UploadName,
    /// SHA-256 of the file that was reviewed, as `darkroom review list` prints it
    #[arg(long, value_name = "HEX")]
    pub(crate) sha256: String,
    /// Name of the reviewer in the manifest
    #[arg(long, default_value = "command line")]
    pub(crate) reviewer: String,
    /// Print the decision as one JSON object and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReviewApprove {
    #[command(flatten)]
    pub(crate) upload: ReviewedUpload,
}

#[derive(Debug, Args)]
pub(crate) struct ReviewReject {
    #[command(flatten)]
    pub(crate) upload: ReviewedUpload,
    /// Reason as a code for programs, in snake case, such as `nudity`
    #[arg(long)]
    pub(crate) code: String,
    /// Reason as a message for people, at most 500 bytes
    #[arg(long, default_value = "")]
    pub(crate) message: String,
}

/// The name of an upload: `PROFILE/OWNER/ID`.
#[derive(Debug, Clone)]
pub(crate) struct UploadName(pub(crate) RawKey);

impl fmt::Display for UploadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RawKey { profile, owner, id } = &self.0;
        write!(f, "{profile}/{owner}/{id}")
    }
}

impl FromStr for UploadName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let key = RawKey::parse(&format!("{RAW_PREFIX}{text}"));
        key.map(Self)
            .map_err(|_| "must have the form PROFILE/OWNER/ID".to_owned())
    }
}
