"""Train a line recogniser on rendered lines: `python -m tools.training.train thai_plate_lines --minutes 18 --seed 11 --out FILE`.

Needs PyTorch and onnx (training only) and the fonts named by the kind. One thread. Writes the weights
beside the checkpoint as ONNX with the alphabet in its metadata, and prints the held-out error.
"""

from __future__ import annotations

import argparse
import importlib
import json
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ocr.vision.contrast import stretched
from tools.training.network import LineRecognizer, warm_start

BATCH = 24
POOL = 10  # batches drawn together and sorted by width, so that padding is short


KEPT = 0.995  # share of the averaged weights that one step leaves


def tensor_of(images: list[Any], height: int, *, contrast: bool = False) -> torch.Tensor:
    """Return grey lines as one tensor in -1..1, padded on the right by zero to a multiple of 8.

    With `contrast`, ink and ground of every line get the same level.
    """
    wide = max(image.shape[1] for image in images)
    wide = (wide + 7) // 8 * 8
    tensor = np.zeros((len(images), 1, height, wide), np.float32)
    for row, image in enumerate(images):
        line = stretched(image) if contrast else image.astype(np.float32) / 127.5 - 1
        tensor[row, 0, :, : image.shape[1]] = line
    return torch.from_numpy(tensor)


def batches(kind: ModuleType, random: np.random.Generator) -> Any:
    """Yield endless (texts, images) of about equal width."""
    while True:
        drawn = sorted(
            (kind.sample(random) for _ in range(BATCH * POOL)), key=lambda s: s[1].shape[1]
        )
        order = random.permutation(POOL)
        for part in order:
            chosen = drawn[part * BATCH : (part + 1) * BATCH]
            yield [text for text, _ in chosen], [image for _, image in chosen]


def best_path(odds: torch.Tensor, alphabet: tuple[str, ...]) -> list[str]:
    """Return the most likely text of each line."""
    texts = []
    for row in odds.argmax(2).tolist():
        kept = [
            char for index, char in enumerate(row) if char and (not index or row[index - 1] != char)
        ]
        texts.append("".join(alphabet[char - 1] for char in kept))
    return texts


def train(
    kind: ModuleType,
    *,
    minutes: float,
    seed: int,
    threads: int,
    out: Path,
    resume: Path | None = None,
    start: Path | None = None,
) -> LineRecognizer:
    """Train for so many minutes of wall time; the learning rate follows the time used.

    Returns the running average of the weights, which is what a checkpoint holds too: it recognises better
    than the last step does, above all where the training is cut short.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    random = np.random.default_rng(seed)
    alphabet = kind.ALPHABET
    number_of = {char: index + 1 for index, char in enumerate(alphabet)}
    contrast = getattr(kind, "CONTRAST", False)
    model = reader_of(kind)
    if start:
        first = next(batches(kind, np.random.default_rng(seed + 1)))[1]
        warm_start(model, start, tensor_of(first, kind.HEIGHT, contrast=contrast), alphabet)
    if resume:
        model.load_state_dict(torch.load(resume))
    mean_model = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(KEPT), use_buffers=True)
    steps = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-4)
    loss_of = torch.nn.CTCLoss(zero_infinity=True)
    began, seen, mean = time.monotonic(), 0, 0.0
    for turn, (texts, images) in enumerate(batches(kind, random)):
        used = (time.monotonic() - began) / (60 * minutes)
        if used >= 1:
            break
        rate = 2e-3 * min(1.0, (turn + 1) / 100) * (0.5 + 0.5 * np.cos(np.pi * used)) + 2e-5
        steps.param_groups[0]["lr"] = rate
        odds = model(tensor_of(images, kind.HEIGHT, contrast=contrast))
        targets = torch.tensor([number_of[char] for text in texts for char in text])
        lengths = torch.tensor([len(text) for text in texts])
        spans = torch.tensor([max(1, (image.shape[1] + 3) // 4) for image in images])
        loss = loss_of(odds.permute(1, 0, 2), targets, spans, lengths)
        steps.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        steps.step()
        mean_model.update_parameters(model)
        seen += len(texts)
        mean = 0.98 * mean + 0.02 * loss.item() if turn else loss.item()
        if turn % 50 == 0:
            print(f"{used:5.0%} {turn} batches {seen} lines loss {mean:.3f}", flush=True)
            torch.save(mean_model.module.state_dict(), out.with_suffix(".pt"))
    averaged: LineRecognizer = mean_model.module
    return averaged


def reader_of(kind: ModuleType) -> LineRecognizer:
    """Return an untrained recogniser for a kind of lines."""
    return LineRecognizer(
        len(kind.ALPHABET) + 1, height=kind.HEIGHT, reaches=getattr(kind, "REACHES", (1, 2, 1))
    )


def held_out(
    model: LineRecognizer, kind: ModuleType, *, seed: int, count: int = 2000
) -> dict[str, float]:
    """Return the share of lines read exactly and the character error on lines of another seed."""
    model.eval()
    random = np.random.default_rng(seed)
    right = wrong = length = 0

    def tensor(images: list[Any]) -> torch.Tensor:
        return tensor_of(images, kind.HEIGHT, contrast=getattr(kind, "CONTRAST", False))

    with torch.no_grad():
        source = batches(kind, random)
        for _ in range(count // BATCH):
            texts, images = next(source)
            for text, read in zip(
                texts,
                best_path(model(tensor(images)), kind.ALPHABET),
                strict=True,
            ):
                right += text == read
                wrong += distance(text, read)
                length += len(text)
    return {
        "lines_exact": round(right / (count // BATCH * BATCH), 4),
        "cer": round(wrong / length, 4),
    }


def distance(one: str, two: str) -> int:
    """Return the edit distance of two texts."""
    row = list(range(len(two) + 1))
    for index, char in enumerate(one, 1):
        last, row[0] = row[0], index
        for place, other in enumerate(two, 1):
            last, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, last + (char != other)),
            )
    return row[-1]


def export(model: LineRecognizer, kind: ModuleType, out: Path) -> None:
    """Write the model as ONNX; metadata: the alphabet as JSON (blank left out) and the line height."""
    import onnx

    class Probabilities(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = model

        def forward(self, lines: torch.Tensor) -> torch.Tensor:
            return self.inner(lines).exp()

    model.eval()
    torch.onnx.export(
        Probabilities(),
        (torch.zeros(1, 1, kind.HEIGHT, 160),),
        str(out),
        input_names=["lines"],
        output_names=["odds"],
        dynamic_axes={"lines": {0: "n", 3: "width"}, "odds": {0: "n", 1: "steps"}},
        opset_version=17,
        dynamo=False,
    )
    graph = onnx.load(str(out))
    facts = {
        "alphabet": json.dumps(kind.ALPHABET),
        "height": str(kind.HEIGHT),
        "contrast": "1" if getattr(kind, "CONTRAST", False) else "",
    }
    for key, value in facts.items():
        entry = graph.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(graph, str(out))


def main() -> None:
    """Train, test on held-out lines, export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "kind", help="module of tools/training/ that draws the lines, e.g. thai_plate_lines"
    )
    parser.add_argument("--minutes", type=float, default=18)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--resume", type=Path, help="checkpoint to go on from, with another seed")
    parser.add_argument(
        "--start", type=Path, help="ONNX file of a recogniser whose weights to begin with"
    )
    parser.add_argument("--out", type=Path, required=True, help="where the ONNX file goes")
    options = parser.parse_args()
    kind = importlib.import_module(f"tools.training.{options.kind}")
    model = train(
        kind,
        minutes=options.minutes,
        seed=options.seed,
        threads=options.threads,
        out=options.out,
        resume=options.resume,
        start=options.start,
    )
    export(model, kind, options.out)
    print(json.dumps(held_out(model, kind, seed=options.seed + 1_000_003)))


if __name__ == "__main__":
    main()
