"""The line reader: a small convolutional network whose output is decoded by CTC."""

from __future__ import annotations

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


class LineReader(nn.Module):
    """N x 1 x height x width greys in -1..1 to N x (width / 4) x symbols log odds; symbol 0 = blank."""

    def __init__(self, symbols: int, *, height: int, size: int = 160) -> None:
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
        self.along = nn.Sequential(_Along(size, 1), _Along(size, 2), _Along(size, 1))
        self.drop = nn.Dropout(0.1)
        self.name = nn.Conv1d(size, symbols, 1)

    def forward(self, lines: torch.Tensor) -> torch.Tensor:
        seen = self.fold(self.look(lines)).squeeze(2)
        return self.name(self.drop(self.along(seen))).permute(0, 2, 1).log_softmax(2)
