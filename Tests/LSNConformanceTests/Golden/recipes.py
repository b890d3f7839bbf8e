#!/usr/bin/env python3
"""Makes the golden cases beside it of what training recipes are made of, from PyTorch's, torchvision's and timm's own functions, and prints
what tests of random numbers expect.

    python3 recipes.py MIXUP.PY        needs torch, torchvision and numpy, and timm/data/mixup.py of timm 1.0

Nothing here knows of the program that is checked. Each file is a case: its metadata name the operation, its attributes and the
largest errors that pass; its tensors are inputs and outputs. Files of the same names in Sources/LSNKnownValues are copies.
"""
import importlib.util
import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
import torchvision.transforms.functional
from torchvision.transforms import RandomErasing, transforms

HERE = Path(__file__).resolve().parent


def write(name: str, operation: str, attributes: dict, tolerance: dict, tensors: dict) -> None:
    """A safetensors file of float32."""
    header: dict = {
        "__metadata__": {
            "operation": operation,
            "attributes": json.dumps(attributes, sort_keys=True),
            "tolerance": json.dumps(tolerance, sort_keys=True),
        }
    }
    data = b""
    for key, value in tensors.items():
        array = np.asarray(value, dtype=np.float32)
        blob = np.ascontiguousarray(array).tobytes()
        header[key] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(blob)]}
        data += blob
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (HERE / f"{name}.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data)


def clip_norm() -> None:
    random = np.random.default_rng(7)
    shapes = [(5, 3, 3, 3), (5,), (17,), (10, 17), (1,)]
    for index, maximum in enumerate([0.75, 1000.0]):
        gradients = [random.normal(0, 0.2, shape).astype(np.float32) for shape in shapes]
        parameters = [torch.nn.Parameter(torch.zeros(shape)) for shape in shapes]
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = torch.from_numpy(gradient.copy())
        norm = torch.nn.utils.clip_grad_norm_(parameters, maximum)
        tensors = {f"input.gradient.{place}": gradient for place, gradient in enumerate(gradients)}
        tensors |= {f"output.gradient.{place}": p.grad.numpy() for place, p in enumerate(parameters)}
        tensors["output.norm"] = norm.numpy().reshape(1)
        write(f"clip-norm-{index}", "clip_norm", {"max_norm": maximum}, {"output": 1e-5}, tensors)


def schedule() -> None:
    base, minimum, epochs, warmup = 0.005, 0.0003, 30, 5
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs - warmup, eta_min=minimum)
    rates = [base * (epoch + 1) / warmup for epoch in range(warmup)]
    for _ in range(epochs - warmup):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        cosine.step()
    attributes = {"schedule": "cosine", "base": base, "minimum": minimum, "epochs": epochs, "warmup_epochs": warmup}
    write("schedule-minimum", "schedule", attributes, {"output": 1e-6}, {"output.learning_rate": np.array(rates)})


def lerp() -> None:
    """An average of a parameter and a buffer over five steps, from the first on, as timm's ModelEma starts it."""
    random = np.random.default_rng(9)
    for index, decay in enumerate([0.9, 0.999]):
        module = torch.nn.BatchNorm2d(12)
        start = random.normal(0, 1, 12).astype(np.float32)
        module.weight.data = torch.from_numpy(start.copy())
        average = torch.optim.swa_utils.AveragedModel(
            module, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(decay), use_buffers=True
        )
        average.update_parameters(module)  # PyTorch's first update is a copy.
        tensors = {"input.start": start.reshape(3, 4, 1, 1)}
        for step in range(5):
            value = random.normal(0, 1, 12).astype(np.float32)
            module.weight.data = torch.from_numpy(value.copy())
            average.update_parameters(module)
            tensors[f"input.value.{step}"] = value.reshape(3, 4, 1, 1)
            tensors[f"output.average.{step}"] = average.module.weight.detach().numpy().copy().reshape(3, 4, 1, 1)
        write(f"lerp-{index}", "lerp", {"weight": 1 - decay}, {"output": 1e-6}, tensors)


def groups() -> None:
    """What Tests/LSNTrainingTests/ParameterGroupTests.swift expects: three steps of groups whose values all begin at 0.5 and whose
    gradients are all 0.25, -0.5 and 1."""
    for name, make in {
        "adam": lambda g: torch.optim.Adam(g),
        "adamw": lambda g: torch.optim.AdamW(g),
        "sgd": lambda g: torch.optim.SGD(g, momentum=0.9),
    }.items():
        found = []
        for factor in (1, 0.25):
            for decay in (0.5, 0.0):
                parameter = torch.nn.Parameter(torch.full((1,), 0.5))
                optimizer = make([{"params": [parameter], "lr": 0.1 * factor, "weight_decay": decay}])
                for gradient in (0.25, -0.5, 1.0):
                    parameter.grad = torch.full((1,), gradient)
                    optimizer.step()
                found.append(parameter.item())
        print(name, "rate 1 decay 0.5, rate 1 decay 0, rate 0.25 decay 0.5, rate 0.25 decay 0:", found)


class Philox:
    """Philox4x32-10 (Salmon et al., SC 2011) as a stream: 32 bits of a counter's block after the other. The counter is the block's
    number, the index, and the purpose with the epoch; the key is the seed."""

    def __init__(self, seed: int, purpose: int, epoch: int, index: int) -> None:
        mask = 0xFFFFFFFF
        self.key = (seed & mask, seed >> 32 & mask)
        self.stream = (index & mask, (purpose << 28 ^ epoch) & mask)
        self.block, self.words = 0, []

    def word(self) -> int:
        if not self.words:
            mask = 0xFFFFFFFF
            c = (self.block & mask, self.block >> 32, *self.stream)
            k = self.key
            for _ in range(10):
                a, b = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
                c = (b >> 32 ^ c[1] ^ k[0], b & mask, a >> 32 ^ c[3] ^ k[1], a & mask)
                k = ((k[0] + 0x9E3779B9) & mask, (k[1] + 0xBB67AE85) & mask)
            self.words, self.block = list(c), self.block + 1
        return self.words.pop(0)

    def uniform(self) -> float:
        return (self.word() >> 8) / 2**24

    def integer(self, bound: int) -> int:
        """Below `bound`, without bias (Lemire, 2019)."""
        product = self.word() * bound
        while product % 2**32 < 2**32 % bound:
            product = self.word() * bound
        return product >> 32


class DrawnTorch:
    """Stands for torch where torchvision draws random numbers: these come from a stream, and in double precision."""

    Tensor = torch.Tensor

    def __init__(self, stream: Philox) -> None:
        self.stream = stream

    class Number:
        def __init__(self, value: float) -> None:
            self.value = value

        def item(self) -> float:
            return self.value

    def tensor(self, values):
        return np.array(values, dtype=np.float64)

    def log(self, values):
        return np.log(values)

    def exp(self, number):
        return self.Number(math.exp(number.value))

    def empty(self, _count: int):
        outer = self

        class Empty:
            def uniform_(self, low, high):
                return outer.Number(float(low) + float(high - low) * outer.stream.uniform())

        return Empty()

    def randint(self, low: int, high: int, size) -> "DrawnTorch.Number":
        return self.Number(low + self.stream.integer(high - low))


def erase() -> None:
    random = np.random.default_rng(8)
    for index, shape in enumerate([(4, 3, 9, 7), (3, 2, 2, 8, 6)]):
        x = random.normal(0, 1, shape).astype(np.float32)
        samples, height, width = shape[-4], shape[-2], shape[-1]
        y = torch.from_numpy(x.copy())
        rectangles = np.zeros((samples, 2, 4), dtype=np.float32)
        for sample in range(samples):
            for place in range(2):
                top, left = int(random.integers(height)), int(random.integers(width))
                rows, columns = int(random.integers(height - top + 1)), int(random.integers(width - left + 1))
                rectangles[sample, place] = top, top + rows, left, left + columns
                part = y[sample] if len(shape) == 4 else y[:, sample]
                part.copy_(torchvision.transforms.functional.erase(part.clone(), top, left, rows, columns, torch.zeros(1)))
        tensors = {"input.x": x, "input.rectangles": rectangles, "output.y": y.numpy()}
        write(f"erase-{index}", "erase", {}, {"output": 0}, tensors)


def erasures() -> None:
    """What Tests/LSNDatasetsTests/ErasingTests.swift expects: seed 5, epoch 2, pictures of 32 rows and 24 columns, cutout of 9
    pixels, a probability of 0.75. Cutout is that of the authors' code, but that an odd square has its whole size."""
    expected = []
    for sample in range(12):
        stream = Philox(5, 9, 2, sample)
        y, x = stream.integer(32), stream.integer(24)
        square = [*np.clip([y - 4, y + 5], 0, 32), *np.clip([x - 4, x + 5], 0, 24)]
        rectangle = [0, 0, 0, 0]
        if stream.uniform() < 0.75:
            transforms.torch = DrawnTorch(stream)
            picture = torch.zeros(1, 32, 24)
            top, left, rows, columns, _ = RandomErasing.get_params(picture, (0.02, 0.33), (0.3, 3.3), [0.0])
            transforms.torch = torch
            if (rows, columns) != (32, 24):
                rectangle = [top, top + rows, left, left + columns]
        expected.append([int(value) for value in square + rectangle])
    print("erasures", expected)


class DrawnNumPy:
    """Stands for numpy where timm draws random numbers: these come from a stream."""

    clip, sqrt = staticmethod(np.clip), staticmethod(np.sqrt)

    def __init__(self, stream: Philox) -> None:
        self.stream, self.random = stream, self

    def rand(self) -> float:
        return self.stream.uniform()

    def randint(self, low: int, high: int, size=None) -> int:
        return low + self.stream.integer(high - low)

    def beta(self, alpha: float, _beta: float) -> float:
        """Beta(α, α): Jöhnk's method, beyond 1 rejection. timm's own numbers come from NumPy's generator."""

        def uniform() -> float:
            word = self.stream.word() | self.stream.word() << 32
            return ((word >> 11) + 0.5) / 2**53

        while True:
            u, v = uniform(), uniform()
            if alpha <= 1:
                x, y = math.log(u) / alpha, math.log(v) / alpha
                if math.exp(x) + math.exp(y) <= 1:
                    return 1 / (1 + math.exp(min(y - x, 700)))
            elif math.log(v) < (alpha - 1) * math.log(4 * u * (1 - u)):
                return u


def mix(timm) -> None:
    """Pictures and soft targets of timm, and the loss of the targets by PyTorch's cross-entropy."""
    random = np.random.default_rng(10)
    cases = [(0.8, 0.0, (6, 3, 9, 7)), (0.0, 1.0, (6, 3, 9, 7)), (0.0, 1.0, (4, 2, 8, 11))]
    for index, (mixup, cutmix, shape) in enumerate(cases):
        x = random.normal(0, 1, shape).astype(np.float32)
        policy = timm.Mixup(mixup, cutmix, label_smoothing=0.1, num_classes=5)
        boxes = []
        find = timm.cutmix_bbox_and_lam

        def found(*arguments, **options):
            boxes.append(find(*arguments, **options))
            return boxes[-1]

        timm.np, timm.cutmix_bbox_and_lam = DrawnNumPy(Philox(3, 10, 0, index)), found
        y, _ = policy(torch.from_numpy(x.copy()), torch.zeros(shape[0]))
        timm.np, timm.cutmix_bbox_and_lam = np, find
        if cutmix:
            attributes = {"share": boxes[0][1], "box": [int(edge) for edge in boxes[0][0]]}
        else:
            stream = DrawnNumPy(Philox(3, 10, 0, index))
            stream.rand()
            attributes = {"share": stream.beta(mixup, mixup)}
        write(f"mix-{index}", "mix", attributes, {"output": 1e-6}, {"input.x": x, "output.x": x, "output.y": y.numpy()})

    steps, batch, classes = 4, 6, 5
    for name, share, smoothing in [("mean_ce", 0.7, 0.1), ("mean_ce", 0.2, 0.0), ("tet", 0.35, 0.1)]:
        logits = torch.tensor(random.normal(0, 2, (steps, batch, classes)).astype(np.float32))
        labels = torch.tensor(random.integers(classes, size=batch))
        counted = labels if share >= 0.5 else labels.flip(0)
        logits[:, 0, counted[0]] += 8  # One at least is right.
        logits.requires_grad_()
        soft = timm.mixup_target(labels, classes, share, smoothing)
        entropy = torch.nn.functional.cross_entropy
        if name == "mean_ce":
            loss = entropy(logits.mean(0), soft)
        else:
            loss = 0.95 * torch.stack([entropy(step, soft) for step in logits]).mean() + 0.05 * ((logits - 1) ** 2).mean()
        loss.backward()
        tensors = {
            "input.logits": logits.detach().numpy(),
            "input.labels": labels.numpy(),
            "input.others": labels.flip(0).numpy(),
            "output.loss": loss.detach().numpy().reshape(1),
            "output.correct": (logits.mean(0).argmax(1) == counted).sum().numpy().reshape(1),
            "gradient.logits": logits.grad.numpy(),
        }
        attributes = {"loss": name, "share": share, "label_smoothing": smoothing}
        attributes |= {"lambda": 0.05, "phi": 1.0} if name == "tet" else {}
        tolerance = {"output.loss": 1e-5, "output.correct": 0, "gradient": 1e-5}
        write(f"loss-mixed-{name}-{share}", "loss", attributes, tolerance, tensors)


def mixes(timm) -> None:
    """What Tests/LSNTrainingTests/BatchMixingTests.swift expects: seed 11, epoch 3, pictures of 32 rows and 24 columns."""
    for mixup, cutmix in [(0.2, 0.0), (0.0, 1.0), (0.8, 1.0), (4.0, 0.0)]:
        expected = []
        for batch in range(6):
            stream = DrawnNumPy(Philox(11, 10, 3, batch))
            switched = stream.stream.uniform() < 0.5
            timm.np = stream
            if cutmix and (switched or not mixup):
                box, share = timm.cutmix_bbox_and_lam((1, 1, 32, 24), stream.beta(cutmix, cutmix))
                expected.append((float(share), [int(edge) for edge in box]))
            else:
                expected.append((stream.beta(mixup, mixup), []))
            timm.np = np
        print(f"mixes {mixup} {cutmix}:", expected)


if __name__ == "__main__":
    spec = importlib.util.spec_from_file_location("mixup", sys.argv[1])
    timm = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(timm)
    mix(timm)
    mixes(timm)
    erase()
    erasures()
    clip_norm()
    schedule()
    lerp()
    groups()
