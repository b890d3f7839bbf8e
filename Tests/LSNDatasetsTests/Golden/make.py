#!/usr/bin/env python3
"""Makes the files beside it: arrays and recordings of events as other programs write them, and what a network sees of them.

    python3 make.py        needs numpy

Nothing here knows of the program that reads the files. Frames are counted one event after the other, and stand in `*-frames.npy` as
int32 rows [sample, t, p, y, x, count], where count is not 0. `*-expected.npy` is float32, as it goes into the network.
"""
import struct
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
random = np.random.default_rng(23)


def normalized(x: np.ndarray, train: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """By channel, the constants rounded to 32 bits once."""
    mean = train.mean(axis=axes, keepdims=True).astype(np.float32).astype(np.float64)
    deviation = train.std(axis=axes, keepdims=True).astype(np.float32).astype(np.float64)
    return ((x - mean) / deviation).astype(np.float32)


def arrays() -> None:
    x = random.integers(0, 256, (17, 3, 5, 4), dtype=np.uint8)
    y = np.arange(17) % 3
    np.savez(HERE / "pictures.npz", x_train=x[:12], y_train=y[:12], x_test=x[12:], y_test=y[12:].astype(np.uint8))
    np.save(HERE / "pictures-expected.npy", normalized(x[12:] / 255, x[:12] / 255, (0, 2, 3)))
    # Every fifth sample of a class tests.
    x = random.normal(3, 2, (20, 3, 2, 4, 5)).astype(np.float32)
    y = np.arange(20) % 2
    np.savez_compressed(HERE / "sequences.npz", x=x, y=y.astype(np.int16))
    tests = [np.flatnonzero(y == label)[4::5] for label in (0, 1)]
    tests = np.sort(np.concatenate(tests))
    trains = np.setdiff1d(np.arange(20), tests)
    expected = normalized(x[tests].astype(np.float64), x[trains].astype(np.float64), (0, 1, 3, 4))
    np.save(HERE / "sequences-expected.npy", np.moveaxis(expected, 1, 0))


def events(count: int, height: int, width: int, span: int) -> dict[str, np.ndarray]:
    return {
        "t": np.sort(random.integers(0, span, count)),
        "x": random.integers(0, width, count),
        "y": random.integers(0, height, count),
        "p": random.integers(0, 2, count),
    }


def frames(e: dict[str, np.ndarray], steps: int, by: str, height: int, width: int) -> np.ndarray:
    result = np.zeros((steps, 2, height, width), np.int64)
    number = len(e["t"]) // steps
    duration = (int(e["t"][-1]) - int(e["t"][0])) // steps
    for index in range(len(e["t"])):
        share = index // number if by == "number" else (int(e["t"][index]) - int(e["t"][0])) // duration
        result[min(share, steps - 1), e["p"][index], e["y"][index], e["x"][index]] += 1
    return result


def save_frames(name: str, samples: list[np.ndarray]) -> None:
    rows = []
    for sample, counts in enumerate(samples):
        for place in np.argwhere(counts):
            rows.append([sample, *place, counts[tuple(place)]])
    np.save(HERE / f"{name}-frames.npy", np.array(rows, np.int32))


def nmnist_file(e: dict[str, np.ndarray]) -> bytes:
    """40 bits an event; where the clock of 23 bits is short of 2**13 µs or more, events of y = 240 say so."""
    result, missing = bytearray(), 0
    for t, x, y, p in zip(*(map(int, e[key]) for key in "txyp")):
        while t - missing >= 1 << 13:
            missing += 1 << 13
            result += bytes([0, 240, 0, 0, 0])
        stamp = t - missing
        result += bytes([x, y, p << 7 | stamp >> 16, stamp >> 8 & 255, stamp & 255])
    return bytes(result)


def aedat3_file(e: dict[str, np.ndarray], overflow: int) -> bytes:
    """Packets of up to 50 polarity events, and packets of special events between; all before is 2**31 µs times `overflow`."""
    result = bytearray(b"#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DVS128\r\n#!END-HEADER\r\n")
    for start in range(0, len(e["t"]), 50):
        part = {key: e[key][start : start + 50].astype(int) for key in "txyp"}
        first = int(part["t"][0])
        result += struct.pack("<HHIIIIII", 0, 1, 8, 4, overflow, 1, 1, 1) + struct.pack("<II", 1 | 3 << 1, first)
        number = len(part["t"])
        result += struct.pack("<HHIIIIII", 1, 1, 8, 4, overflow, number, number, number)
        for t, x, y, p in zip(*(part[key] for key in "txyp")):
            result += struct.pack("<II", 1 | p << 1 | y << 2 | x << 17, t)
    return bytes(result)


def recordings() -> None:
    e = events(500, 34, 34, 300_000)
    (HERE / "nmnist.bin").write_bytes(nmnist_file(e))
    save_frames("nmnist", [frames(e, 4, "number", 34, 34), frames(e, 4, "time", 34, 34)])

    e = events(400, 30, 40, 1_000_000)
    e["t"] += 5 << 32
    np.savez(HERE / "events.npz", t=e["t"], x=e["x"].astype(np.uint16), y=e["y"].astype(np.uint16), p=e["p"].astype(bool))
    np.savez_compressed(HERE / "events-compressed.npz", **{key: e[key].astype(np.int64) for key in "txyp"})
    tuples = np.empty(400, [("x", "<i2"), ("y", "<i2"), ("t", "<i8"), ("p", "?")])
    for key in "txyp":
        tuples[key] = e[key]
    np.savez_compressed(HERE / "events-structured.npz", events=tuples)
    save_frames("events", [frames(e, 4, "number", 30, 40), frames(e, 4, "time", 30, 40)])

    gestures = HERE / "gestures"
    gestures.mkdir(exist_ok=True)
    (gestures / "trials_to_train.txt").write_text("user01_lab.aedat\nuser02_lab.aedat\n")
    (gestures / "trials_to_test.txt").write_text("user03_lab.aedat\n\n")
    (gestures / "gesture_mapping.csv").write_text("action,label\nhand_clapping,1\nright_hand_wave,2\nleft_hand_wave,3\n")
    by_number, by_time = [], []
    for user in (1, 2, 3):
        e = events(600, 128, 128, 900_000)
        (gestures / f"user{user:02}_lab.aedat").write_bytes(aedat3_file(e, 0))
        lines = ["class,startTime_usec,endTime_usec"]
        for label, start, end in ((1, 50_000, 250_000), (3, 250_000, 400_000), (2, 500_000, 800_000)):
            lines.append(f"{label},{start},{end}")
            inside = (e["t"] >= start) & (e["t"] < end)
            part = {key: e[key][inside] for key in "txyp"}
            if user == 3:
                by_number.append(frames(part, 4, "number", 128, 128))
                by_time.append(frames(part, 4, "time", 128, 128))
        (gestures / f"user{user:02}_lab_labels.csv").write_text("\n".join(lines) + "\n")
    save_frames("gestures", by_number + by_time)

    e = events(200, 128, 128, 500_000)
    (HERE / "overflow.aedat").write_bytes(aedat3_file(e, 2))
    save_frames("overflow", [frames(e, 4, "number", 128, 128), frames(e, 4, "time", 128, 128)])


if __name__ == "__main__":
    arrays()
    recordings()
