"""Pixels from the planes that libheif decodes, converted as ITU-T H.273 defines."""

import ctypes
import pathlib

import numpy as np
import pillow_heif

YCBCR, RGB, MONOCHROME, UNDEFINED = 0, 1, 2, 99
LUMA, ALPHA = 0, 6
# Weights of red and blue in luma, by code point. All other code points use the weights of BT.601.
WEIGHTS = {1: (0.2126, 0.0722), 9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}
IDENTITY = 0


class Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("subcode", ctypes.c_int), ("message", ctypes.c_char_p)]


class Nclx(ctypes.Structure):
    """The first fields of `heif_color_profile_nclx`."""

    _fields_ = [
        ("version", ctypes.c_uint8),
        ("primaries", ctypes.c_int),
        ("transfer", ctypes.c_int),
        ("matrix", ctypes.c_int),
        ("is_full_range", ctypes.c_uint8),
    ]


class Options(ctypes.Structure):
    """The fields of `heif_decoding_options` up to version 10."""

    _fields_ = [
        ("version", ctypes.c_uint8),
        ("ignore_transformations", ctypes.c_uint8),
        ("progress", ctypes.c_void_p * 4),
        ("convert_hdr_to_8bit", ctypes.c_uint8),
        ("strict_decoding", ctypes.c_uint8),
        ("decoder_id", ctypes.c_char_p),
        ("color_conversion", ctypes.c_int * 4),
        ("cancel_decoding", ctypes.c_void_p),
        ("color_conversion_ext", ctypes.c_void_p),
        ("ignore_sequence_editlist", ctypes.c_int),
        ("output_nclx", ctypes.c_void_p),
        ("library_threads", ctypes.c_int),
        ("codec_threads", ctypes.c_int),
        ("autocorrect_broken_input", ctypes.c_uint8),
        ("output_nclx_passthrough", ctypes.c_uint8),
    ]


def library():
    """The libheif that pillow-heif has loaded."""
    folder = pathlib.Path(pillow_heif.__file__).parent.parent / "pillow_heif.libs"
    (path,) = folder.glob("libheif-*")
    lib = ctypes.CDLL(path)
    for name in ("read_from_file", "get_primary_image_handle"):
        getattr(lib, f"heif_context_{name}").restype = Error
    lib.heif_decode_image.restype = lib.heif_image_get_nclx_color_profile.restype = Error
    lib.heif_context_alloc.restype = ctypes.c_void_p
    lib.heif_decoding_options_alloc.restype = ctypes.POINTER(Options)
    lib.heif_image_get_plane_readonly.restype = ctypes.c_void_p
    return lib


LIBHEIF = library()


def check(error):
    if error.code:
        raise ValueError(error.message.decode())


class Planes:
    """The decoded primary image. By default it is turned and cropped as the file states."""

    def __init__(self, path, is_transformed=True):
        context = ctypes.c_void_p(LIBHEIF.heif_context_alloc())
        handle, self.image = ctypes.c_void_p(), ctypes.c_void_p()
        options = LIBHEIF.heif_decoding_options_alloc()
        assert options.contents.version >= 10, "libheif is too old"
        # Without this, libheif converts planes to the matrix of sRGB and to full range.
        options.contents.output_nclx_passthrough = True
        options.contents.ignore_transformations = not is_transformed
        try:
            check(LIBHEIF.heif_context_read_from_file(context, str(path).encode(), None))
            check(LIBHEIF.heif_context_get_primary_image_handle(context, ctypes.byref(handle)))
            image = ctypes.byref(self.image)
            check(LIBHEIF.heif_decode_image(handle, image, UNDEFINED, UNDEFINED, options))
        finally:
            LIBHEIF.heif_decoding_options_free(options)
            LIBHEIF.heif_image_handle_release(handle)
            LIBHEIF.heif_context_free(context)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        LIBHEIF.heif_image_release(self.image)

    def colors(self):
        """The color space, and the samples (from 0 to 1) and depth of each of its planes."""
        space = LIBHEIF.heif_image_get_colorspace(self.image)
        channels = {YCBCR: (0, 1, 2), RGB: (3, 4, 5), MONOCHROME: (LUMA,)}[space]
        return space, [self.plane(channel) for channel in channels]

    def plane(self, channel):
        """The samples of a plane (from 0 to 1) and its depth, or `None` if there is no such plane."""
        if not LIBHEIF.heif_image_has_channel(self.image, channel):
            return None
        width = LIBHEIF.heif_image_get_width(self.image, channel)
        height = LIBHEIF.heif_image_get_height(self.image, channel)
        depth = LIBHEIF.heif_image_get_bits_per_pixel_range(self.image, channel)
        stride = ctypes.c_int()
        start = LIBHEIF.heif_image_get_plane_readonly(self.image, channel, ctypes.byref(stride))
        data = ctypes.cast(start, ctypes.POINTER(ctypes.c_uint8))
        rows = np.ctypeslib.as_array(data, shape=(height, stride.value))
        samples = rows.view(np.uint8 if depth == 8 else "<u2")[:, :width]
        return samples.astype(np.float32) / (2**depth - 1), depth

    def signal(self):
        """The matrix, and whether samples have the full range."""
        profile = ctypes.POINTER(Nclx)()
        error = LIBHEIF.heif_image_get_nclx_color_profile(self.image, ctypes.byref(profile))
        if error.code:
            # The default of libheif.
            return 6, True
        signal = profile.contents.matrix, bool(profile.contents.is_full_range)
        LIBHEIF.heif_nclx_color_profile_free(profile)
        return signal

    def is_premultiplied(self):
        return bool(LIBHEIF.heif_image_is_premultiplied_alpha(self.image))


def pixels(planes):
    """Red, green, blue and alpha from 0 to 255."""
    space, colors = planes.colors()
    if space != RGB:
        colors = converted(colors, *planes.signal())
    else:
        colors = [samples for samples, _ in colors]
    height, width = colors[0].shape
    alpha = planes.plane(ALPHA)
    alpha = np.ones((height, width), np.float32) if alpha is None else alpha[0]
    if planes.is_premultiplied():
        colors = [color / np.maximum(alpha, 1 / 255) for color in colors]
    return np.clip(np.stack([*colors, alpha], axis=-1), 0, 1) * 255


def converted(planes, matrix, is_full_range):
    """Red, green and blue, computed from luma and chroma."""
    (luma, depth), *chroma = planes
    whole, unit = 2**depth - 1, 2 ** (depth - 8)
    if not is_full_range:
        luma = (luma * whole / unit - 16) / 219
    if not chroma:
        return [luma] * 3
    if matrix == IDENTITY:
        (blue, _), (red, _) = chroma
        return [red, luma, blue]
    center, span = 128 * unit / whole, 1 if is_full_range else 224 * unit / whole
    blue, red = ((upsampled(plane, luma.shape) - center) / span for plane, _ in chroma)
    red_weight, blue_weight = WEIGHTS.get(matrix, (0.299, 0.114))
    green_weight = 1 - red_weight - blue_weight
    red, blue = luma + 2 * (1 - red_weight) * red, luma + 2 * (1 - blue_weight) * blue
    return [red, (luma - red_weight * red - blue_weight * blue) / green_weight, blue]


def upsampled(plane, shape):
    """A plane, interpolated between the centers of its samples along halved sides."""
    for axis, length in enumerate(shape):
        if plane.shape[axis] < length:
            plane = doubled(plane, axis)
        plane = plane.take(range(length), axis)
    return plane


def doubled(plane, axis):
    first, last = plane.take([0], axis), plane.take([-1], axis)
    before = np.concatenate([first, plane], axis).take(range(plane.shape[axis]), axis)
    after = np.concatenate([plane, last], axis).take(range(1, plane.shape[axis] + 1), axis)
    pairs = np.stack([plane * 0.75 + before * 0.25, plane * 0.75 + after * 0.25], axis + 1)
    shape = list(plane.shape)
    shape[axis] *= 2
    return pairs.reshape(shape)
