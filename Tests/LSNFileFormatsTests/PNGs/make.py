#!/usr/bin/env python3
"""Makes the files beside it: PNG pictures of every kind, and what Pillow reads of them.

    python3 make.py        needs numpy and pillow

Pillow writes few of the kinds, so they are written here, with a row filter drawn for each row. `pixels.npy` is uint8 [N, H, W, 3] in
the order of the files' names: `Image.open(file).convert("RGB")`, but for grey pictures of 16 bits, which Pillow clips at 255
there: of these the higher byte, as Pillow takes it of 16-bit colours.
"""
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent
H, W = 11, 13
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
KINDS = {0: "grey", 2: "rgb", 3: "palette", 4: "grey-alpha", 6: "rgb-alpha"}
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
PASSES = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
random = np.random.default_rng(7)


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def packed(row: np.ndarray, depth: int) -> bytes:
    """The bytes of a row of samples."""
    if depth == 16:
        return row.astype(">u2").tobytes()
    if depth == 8:
        return row.astype(np.uint8).tobytes()
    bits = "".join(f"{value:0{depth}b}" for value in row)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


def filtered(rows: list[bytes], bpp: int) -> bytes:
    """Rows behind a filter each (W3C, section 9)."""
    result, above = b"", bytes(len(rows[0]) if rows else 0)
    for row in rows:
        kind = int(random.integers(5))
        out = bytearray([kind])
        for i, value in enumerate(row):
            a = row[i - bpp] if i >= bpp else 0
            b, c = above[i], above[i - bpp] if i >= bpp else 0
            p = a + b - c
            paeth = min((a, b, c), key=lambda v: abs(p - v))
            out.append(value - (0, a, b, (a + b) // 2, paeth)[kind] & 255)
        result, above = result + bytes(out), row
    return result


def png(samples: np.ndarray, colour: int, depth: int, interlaced: bool, extra: bytes = b"") -> bytes:
    """A file of samples [H, W, channels]; extra: chunks before the pixels."""
    bpp = max(1, CHANNELS[colour] * depth // 8)
    data = b""
    for top, left, down, right in PASSES if interlaced else ((0, 0, 1, 1),):
        part = samples[top::down, left::right]
        if part.size:
            data += filtered([packed(row.reshape(-1), depth) for row in part], bpp)
    header = struct.pack(">IIBBBBB", samples.shape[1], samples.shape[0], depth, colour, 0, 0, int(interlaced))
    stream = zlib.compress(data)
    half = len(stream) // 2
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
        + chunk(b"IDAT", stream[:half]) + chunk(b"IDAT", stream[half:]) + chunk(b"IEND", b"")
    )


def main() -> None:
    for old in HERE.glob("*.png"):
        old.unlink()
    files: dict[str, bytes] = {}
    for colour, depths in DEPTHS.items():
        for depth in depths:
            for interlaced in (False, True):
                samples = random.integers(2**depth, size=(H, W, CHANNELS[colour]))
                palette = chunk(b"PLTE", random.integers(256, size=3 * 2**depth, dtype=np.uint8).tobytes())
                name = f"{KINDS[colour]}-{depth}{'-interlaced' if interlaced else ''}"
                files[name] = png(samples, colour, depth, interlaced, palette if colour == 3 else b"")
    grey, rgb = (random.integers(256, size=(H, W, channels)) for channels in (1, 3))
    colours = chunk(b"PLTE", random.integers(256, size=3 * 5, dtype=np.uint8).tobytes())
    few = random.integers(5, size=(H, W, 1))
    level = struct.pack(">H", int(grey[3, 4, 0]))
    files["grey-8-transparent"] = png(grey, 0, 8, False, chunk(b"tRNS", level))
    files["rgb-8-transparent"] = png(rgb, 2, 8, False, chunk(b"tRNS", struct.pack(">HHH", *rgb[2, 5])))
    files["palette-8-transparent"] = png(few, 3, 8, False, colours + chunk(b"tRNS", bytes([0, 100, 255])))
    notes = chunk(b"gAMA", struct.pack(">I", 100000)) + chunk(b"sRGB", b"\0") + chunk(b"tEXt", b"Comment\0none")
    files["rgb-8-notes"] = png(rgb, 2, 8, False, notes)
    pixels = []
    for name in sorted(files):
        path = HERE / f"{name}.png"
        path.write_bytes(files[name])
        with Image.open(path) as image:
            if name.startswith("grey-16"):
                level = (np.asarray(image).astype(np.int64) >> 8).astype(np.uint8)
                pixels.append(np.repeat(level[:, :, None], 3, axis=2))
            else:
                pixels.append(np.asarray(image.convert("RGB")))
    np.save(HERE / "pixels.npy", np.stack(pixels))


main()
