//! Request bodies that cost a client little to create and could cost an issuer much to read.

/// A request whose body repeats the same bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct HostileBody {
    pub(super) name: &'static str,
    pub(super) path: &'static str,
    pub(super) content_type: &'static str,
    /// The beginning of the body.
    pub(super) start: &'static str,
    /// The text that fills the rest of the body, again and again.
    pub(super) repeated: &'static str,
}

const IMAGES: &str = "/v1/images?profile=avatar&owner=attacker";
const INSPECT: &str = "/v1/inspect";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const MULTIPART: &str = "multipart/form-data; boundary=b";

/// Every kind of hostile body.
pub(super) const ALL: [HostileBody; 14] = [
    HostileBody {
        name: "form of empty fields",
        path: IMAGES,
        content_type: FORM,
        start: "",
        repeated: "0&1&2&",
    },
    HostileBody {
        name: "form of empty images",
        path: IMAGES,
        content_type: FORM,
        start: "",
        repeated: "image=&",
    },
    HostileBody {
        name: "JSON of empty images",
        path: IMAGES,
        content_type: JSON,
        start: r#"{"images": ["""#,
        repeated: r#","""#,
    },
    HostileBody {
        name: "JSON of empty images to inspect",
        path: INSPECT,
        content_type: JSON,
        start: r#"{"images": ["""#,
        repeated: r#","""#,
    },
    HostileBody {
        name: "form of one escaped image",
        path: IMAGES,
        content_type: FORM,
        start: "image=",
        repeated: "%41",
    },
    HostileBody {
        name: "form of one long name",
        path: IMAGES,
        content_type: FORM,
        start: "",
        repeated: "%61",
    },
    HostileBody {
        name: "JSON of one escaped image",
        path: IMAGES,
        content_type: JSON,
        start: r#"{"images": [""#,
        repeated: r"\u0041",
    },
    HostileBody {
        name: "JSON of one long key",
        path: IMAGES,
        content_type: JSON,
        start: r#"{""#,
        repeated: "key",
    },
    HostileBody {
        name: "nested JSON",
        path: IMAGES,
        content_type: JSON,
        start: r#"{"metadata": "#,
        repeated: "[",
    },
    HostileBody {
        name: "JSON of metadata fields",
        path: IMAGES,
        content_type: JSON,
        start: r#"{"metadata": {"a": "b""#,
        repeated: r#","c":"d""#,
    },
    HostileBody {
        name: "JSON for an upload URL",
        path: "/v1/uploads",
        content_type: JSON,
        start: r#"{"owner": ""#,
        repeated: "attacker",
    },
    HostileBody {
        name: "endless part header",
        path: IMAGES,
        content_type: MULTIPART,
        start: "--b\r\nx-long: ",
        repeated: "a",
    },
    HostileBody {
        name: "endless preamble",
        path: IMAGES,
        content_type: MULTIPART,
        start: "",
        repeated: "no boundary\r\n",
    },
    HostileBody {
        name: "form-data of empty parts",
        path: IMAGES,
        content_type: MULTIPART,
        start: "",
        repeated: "--b\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n\r\n",
    },
];

impl HostileBody {
    /// Returns about 64 KiB of the repeated text.
    pub(super) fn chunk(&self) -> Vec<u8> {
        let count = (64 << 10) / self.repeated.len();
        self.repeated.repeat(count).into_bytes()
    }
}
