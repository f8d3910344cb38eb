"""The requests and responses of the service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Optional, Tuple

from ._errors import NotReady

Json = Mapping[str, Any]

#: The statuses after which nothing changes by itself.
FINAL_STATUSES = frozenset({"ready", "in_review", "rejected", "failed", "expired", "deleted"})


@dataclass(frozen=True)
class Crop:
    """A rectangle in pixels of the upright image. The variants show this part only."""

    x: float
    y: float
    width: float
    height: float

    def to_json(self) -> dict[str, float]:
        return {"x": self.x, "y": self.y, "width": self.width, "height": self.height}


@dataclass(frozen=True)
class PresignedUpload:
    """A URL or form for one file. Hand it to a browser or an app, which sends the file to the store.

    `url`, `method`, `headers` and `fields` are the request to the store. `status_url` and `complete_url` are paths on
    the issuer.
    """

    id: str
    profile: str
    owner: str
    method: str
    url: str
    headers: Mapping[str, str]
    fields: Mapping[str, str]
    expires_at: str
    status_url: str
    complete_url: Optional[str]
    #: The response of the issuer, unchanged.
    json: Json = field(repr=False)

    @classmethod
    def from_json(cls, json: Json) -> PresignedUpload:
        return cls(
            id=json["id"],
            profile=json["profile"],
            owner=json["owner"],
            method=json["method"],
            url=json["url"],
            headers=json.get("headers") or {},
            fields=json.get("fields") or {},
            expires_at=json["expires_at"],
            status_url=json["status_url"],
            complete_url=json.get("complete_url"),
            json=json,
        )


@dataclass(frozen=True)
class Variant:
    """An image that was made of the file. `width` and `height` are pixels."""

    name: str
    url: str
    key: str
    content_type: str
    width: int
    height: int
    bytes: int
    sha256: str

    @classmethod
    def from_json(cls, json: Json) -> Variant:
        return cls(**{name: json[name] for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Outcome:
    """The status of an upload: `awaiting_upload`, `processing`, `ready`, `in_review`, `rejected`, `failed`,
    `expired` or `deleted`.
    """

    status: str
    id: str
    profile: str
    owner: str
    variants: Tuple[Variant, ...]
    removed_metadata: Tuple[str, ...]
    metadata: Mapping[str, str]
    #: The variants as HTML, if the status is `ready`: `srcset` by media type, `sizes`, and `html`, a `<picture>` element.
    responsive: Optional[Mapping[str, Any]]
    #: The code and the message of a rejection or failure.
    error: Optional[Mapping[str, str]]
    #: The response of the issuer, unchanged.
    json: Json = field(repr=False)

    @classmethod
    def from_json(cls, json: Json) -> Outcome:
        # The variants of an upload in review have no URLs.
        variants = json.get("variants") if json["status"] == "ready" else None
        return cls(
            status=json["status"],
            id=json["id"],
            profile=json["profile"],
            owner=json["owner"],
            variants=tuple(Variant.from_json(variant) for variant in variants or ()),
            removed_metadata=tuple(json.get("removed_metadata") or ()),
            metadata=json.get("metadata") or {},
            responsive=json.get("responsive"),
            error=json.get("error"),
            json=json,
        )

    @property
    def is_final(self) -> bool:
        """`True` if the status will not change by itself."""
        return self.status in FINAL_STATUSES

    @property
    def is_ready(self) -> bool:
        """`True` if every variant exists."""
        return self.status == "ready"

    def variant(self, name: str) -> Variant:
        """Returns the variant with this name.

        Raises `NotReady` if the upload has no variants, and `KeyError` if its profile has no such variant.
        """
        if not self.is_ready:
            error = self.error or {}
            message = error.get("message", f"the upload is {self.status}")
            raise NotReady(self.status, error.get("code", self.status), message)
        for variant in self.variants:
            if variant.name == name:
                return variant
        raise KeyError(name)


@dataclass(frozen=True)
class Inspection:
    """Properties of an image. `size` is as stored, and `upright_size` as displayed: width and height in pixels."""

    format: str
    size: Tuple[int, int]
    upright_size: Tuple[int, int]
    orientation: int
    frames: int
    bytes: int
    private_metadata: Tuple[str, ...]
    #: The response of the issuer, unchanged.
    json: Json = field(repr=False)

    @classmethod
    def from_json(cls, json: Json) -> Inspection:
        return cls(
            format=json["format"],
            size=(json["size"][0], json["size"][1]),
            upright_size=(json["upright_size"][0], json["upright_size"][1]),
            orientation=json["orientation"],
            frames=json["frames"],
            bytes=json["bytes"],
            private_metadata=tuple(json["private_metadata"]),
            json=json,
        )
