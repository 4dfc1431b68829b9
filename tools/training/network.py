"""The line recogniser: a small convolutional network with CTC output."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import nn


def _block(inner: int, outer: int, stride: tuple[int, int]) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inner, outer, 3, stride, 1, bias=False), nn.BatchNorm2d(outer), nn.ReLU()
    )


class _Along(nn.Module):
    """A residual step along the line."""

    def __init__(self, size: int, reach: int) -> None:
        super().__init__()
        self.step = nn.Sequential(
            nn.Conv1d(size, size, 5, padding=2 * reach, dilation=reach, bias=False),
            nn.BatchNorm1d(size),
            nn.ReLU(),
        )

    def forward(self, line: torch.Tensor) -> torch.Tensor:
        return line + self.step(line)


class LineRecognizer(nn.Module):
    """N x 1 x height x width greys in -1..1 to N x (width / 4) x symbols log odds; symbol 0 = blank."""

    def __init__(
        self,
        symbols: int,
        *,
        height: int,
        size: int = 160,
        reaches: tuple[int, ...] = (1, 2, 1),
    ) -> None:
        super().__init__()
        self.look = nn.Sequential(
            _block(1, 24, (2, 2)),
            _block(24, 48, (2, 2)),
            _block(48, 80, (2, 1)),
            _block(80, 112, (1, 1)),
        )
        rows = height // 8
        self.fold = nn.Sequential(
            nn.Conv2d(112, size, (rows, 1), bias=False), nn.BatchNorm2d(size), nn.ReLU()
        )
        self.along = nn.Sequential(*(_Along(size, reach) for reach in reaches))
        self.drop = nn.Dropout(0.1)
        self.name = nn.Conv1d(size, symbols, 1)

    def forward(self, lines: torch.Tensor) -> torch.Tensor:
        seen = self.fold(self.look(lines)).squeeze(2)
        return self.name(self.drop(self.along(seen))).permute(0, 2, 1).log_softmax(2)


def warm_start(
    model: LineRecognizer, path: Path, lines: torch.Tensor, alphabet: tuple[str, ...]
) -> None:
    """Give a model the weights of an exported recogniser, as far as the two have the same parts.

    In the ONNX file each normalisation is folded into its convolution. It is undone with the mean and
    spread that the folded weights give on `lines`, so that the model begins where the file ended. Characters
    that both alphabets have keep their weights; parts that the file lacks begin as a small change.
    """
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(path))
    known = {entry.key: entry.value for entry in graph.metadata_props}
    weights = [
        torch.from_numpy(numpy_helper.to_array(part).copy()) for part in graph.graph.initializer
    ]
    name, bias, folded = weights[0], weights[1], weights[2:]
    stages = [*model.look, model.fold, *(part.step for part in model.along)]
    with torch.no_grad():
        seen = lines
        for index, stage in enumerate(stages):
            conv, norm = stage[0], stage[1]
            if 2 * index < len(folded):
                conv.weight.copy_(folded[2 * index])
                out = conv(seen)
                axes = [axis for axis in range(out.dim()) if axis != 1]
                mean, spread = out.mean(axes), out.std(axes) + 1e-3
                norm.running_mean.copy_(mean)
                norm.running_var.copy_(spread**2)
                norm.weight.copy_(spread)
                norm.bias.copy_(mean + folded[2 * index + 1])
            else:
                norm.weight.fill_(0.1)
            model.eval()
            seen = seen + stage(seen) if index > len(model.look) else stage(seen)
            model.train()
            if index == len(model.look):
                seen = seen.squeeze(2)
        chars = ["", *json.loads(known["alphabet"])]
        for row, char in enumerate(["", *alphabet]):
            if char in chars:
                model.name.weight[row] = name[chars.index(char)]
                model.name.bias[row] = bias[chars.index(char)]
