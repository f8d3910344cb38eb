"""ICC profiles (ICC.1:2001-04 and ICC.1:2010) for the color references.

They are computed from formulas, not copied from existing files, so the repository may contain them.
"""

import struct

import numpy as np

D50 = np.array([0.9642, 1.0, 0.8249])
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


def white_xyz(x, y):
    return np.array([x / y, 1.0, (1 - x - y) / y])


def adaptation(source, target=D50):
    """Returns the Bradford matrix that adapts XYZ from one white point to another."""
    scale = (BRADFORD @ target) / (BRADFORD @ source)
    return np.linalg.inv(BRADFORD) @ np.diag(scale) @ BRADFORD


def rgb_to_xyz(primaries, white):
    """Returns the matrix from linear RGB to XYZ, without adaptation of the white point."""
    columns = np.array([white_xyz(*point) for point in primaries]).T
    return columns * np.linalg.solve(columns, white_xyz(*white))


def s15(value):
    return struct.pack(">i", round(value * 65536))


def xyz_tag(xyz):
    return b"XYZ \0\0\0\0" + b"".join(s15(v) for v in xyz)


def gamma_tag(gamma):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"


def parametric_tag(*values):
    """Returns a parametric curve of function type 3, which has the shape of the sRGB curve."""
    return b"para\0\0\0\0\0\x03\0\0" + b"".join(s15(v) for v in values)


def text_tag(text):
    data = text.encode("ascii") + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(data)) + data + b"\0" * 78


def unicode_tag(text):
    data = text.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(data), 28) + data


def profile(tags, space, pcs=b"XYZ ", kind=b"mntr", version=2):
    offset, directory, body = 132 + 12 * len(tags), b"", b""
    for name, data in tags:
        data += b"\0" * (-len(data) % 4)
        directory += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    header = struct.pack(">I4sB3s4s4s4s", 0, b"\0\0\0\0", version, b"\x20\0\0", kind, space, pcs)
    header += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + b"\0" * 28
    header += b"".join(s15(v) for v in D50)
    header += b"\0" * (128 - len(header))
    whole = header + struct.pack(">I", len(tags)) + directory + body
    return struct.pack(">I", len(whole)) + whole[4:]


def rgb(name, primaries, white, curve, version=2):
    matrix = adaptation(white_xyz(*white)) @ rgb_to_xyz(primaries, white)
    text = text_tag if version == 2 else unicode_tag
    tags = [(b"desc", text(name)), (b"cprt", text("none")), (b"wtpt", xyz_tag(D50))]
    tags += [(b"%cXYZ" % c, xyz_tag(matrix[:, i])) for i, c in enumerate(b"rgb")]
    tags += [(b"%cTRC" % c, curve) for c in b"rgb"]
    return profile(tags, b"RGB ", version=version)


def gray(name, gamma):
    tags = [(b"desc", text_tag(name)), (b"cprt", text_tag("none")), (b"wtpt", xyz_tag(D50))]
    return profile(tags + [(b"kTRC", gamma_tag(gamma))], b"GRAY")


def lab(xyz):
    ratio = xyz / D50
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def cmyk(name, steps=9):
    """Returns the profile of a printer, by Neugebauer's model with dot gain.

    The model weights the XYZ of the sixteen overprints by their areas.
    """
    inks = np.array([[0.16, 0.22, 0.60], [0.33, 0.17, 0.14], [0.70, 0.75, 0.07], [0.04] * 3])
    paper = np.array([0.86, 0.89, 0.72]) / 0.89
    axis = (np.arange(steps) / (steps - 1)) ** 0.8
    grid = np.stack(np.meshgrid(axis, axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 4)
    xyz = np.zeros((len(grid), 3))
    for overprint in range(16):
        on = [(overprint >> ink) & 1 for ink in range(4)]
        area = np.prod([grid[:, i] if on[i] else 1 - grid[:, i] for i in range(4)], axis=0)
        color = paper * D50
        for ink in range(4):
            color = color * inks[ink] if on[ink] else color
        xyz += area[:, None] * color
    # The table is perceptual: it maps paper to white and full ink to black.
    black = xyz[:, 1].min()
    xyz = (xyz - black * D50) / (1 - black)
    values = lab(np.clip(xyz, 0, None))
    # The 8-bit Lab encoding of lut8Type.
    table = np.clip(np.round(values * [2.55, 1, 1] + [0, 128, 128]), 0, 255).astype(np.uint8)
    identity = bytes(range(256))
    lut = b"mft1\0\0\0\0" + bytes([4, 3, steps, 0])
    lut += b"".join(s15(v) for v in np.eye(3).flatten()) + identity * 4
    lut += table.tobytes() + identity * 3
    tags = [(b"desc", text_tag(name)), (b"cprt", text_tag("none")), (b"wtpt", xyz_tag(D50))]
    return profile(tags + [(b"A2B0", lut)], b"CMYK", pcs=b"Lab ", kind=b"prtr")


SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
D65 = (0.3127, 0.3290)


def srgb_by_table():
    """Returns sRGB with a curve of 1024 points, as in the profile by HP and Microsoft."""
    x = np.arange(1024) / 1023
    linear = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    points = np.round(linear * 65535).astype(">u2").tobytes()
    curve = b"curv\0\0\0\0" + struct.pack(">I", 1024) + points
    return rgb("sRGB by table", [(0.64, 0.33), (0.30, 0.60), (0.15, 0.06)], D65, curve)


def display_p3():
    primaries = [(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)]
    return rgb("Display P3", primaries, D65, parametric_tag(*SRGB_CURVE), version=4)


def adobe_rgb():
    primaries = [(0.64, 0.33), (0.21, 0.71), (0.15, 0.06)]
    return rgb("Adobe RGB compatible", primaries, D65, gamma_tag(2.19921875))


def prophoto():
    primaries = [(0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)]
    return rgb("ProPhoto", primaries, (0.3457, 0.3585), gamma_tag(1.8))
