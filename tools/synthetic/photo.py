"""Simulated photographs of drawn documents: background, perspective, rotation, light, blur, noise, JPEG; seeded."""

from __future__ import annotations

import io
import math
import random
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from tools.synthetic import degradation
from tools.synthetic.canvas import Drawn


@dataclass(frozen=True)
class Shot:
    """How one photograph is taken. Angles in degrees; `share` = part of the image's area."""

    share: float = 0.8
    turn: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    light: float = 1.0
    gradient: float = 0.0
    glare: float = 0.0
    jpeg: int = 92
    longest: int = 1400


def clean(rng: random.Random) -> Shot:
    """Return a flat scan: a degree askew, light noise, good JPEG."""
    return Shot(
        share=rng.uniform(0.75, 0.95),
        turn=rng.uniform(-1.0, 1.0),
        blur=rng.uniform(0.0, 0.4),
        noise=rng.uniform(0.0, 2.0),
        jpeg=rng.randint(88, 95),
        longest=rng.randint(1100, 1500),
    )


def degraded(rng: random.Random) -> Shot:
    """Return a hand-held shot: up to 25 degrees of perspective, dim or uneven light, glare, blur.

    Each fault is drawn by itself, so most shots have two or three and few have all.
    """
    upside = rng.random() < 0.2
    return Shot(
        share=rng.choice([0.25, 0.4, 0.6, 0.8]),
        turn=rng.uniform(-15, 15) + (rng.choice([90, 180, 270]) if upside else 0),
        yaw=rng.uniform(-25, 25) if rng.random() < 0.6 else rng.uniform(-6, 6),
        pitch=rng.uniform(-20, 20) if rng.random() < 0.6 else rng.uniform(-6, 6),
        blur=rng.uniform(0.3, 1.1),
        noise=rng.uniform(2, 9),
        light=rng.uniform(0.45, 1.05),
        gradient=rng.uniform(0.0, 0.4),
        glare=rng.uniform(0.2, 0.6) if rng.random() < 0.3 else 0.0,
        jpeg=rng.randint(55, 88),
        longest=rng.randint(1500, 2200),
    )


STYLES = {"clean": clean, "degraded": degraded}


def photograph(drawn: Drawn, rng: random.Random, *, style: str = "clean") -> bytes:
    """Return a JPEG photograph of a drawn document in a style of `STYLES`."""
    return take(drawn, rng, STYLES[style](rng))


def take(drawn: Drawn, rng: random.Random, shot: Shot) -> bytes:
    """Return the JPEG of one shot."""
    card = np.asarray(drawn.image.convert("RGB"), np.float32)
    high, wide = card.shape[:2]
    corners = _corners(wide, high, shot)
    spread = corners.max(axis=0) - corners.min(axis=0)
    quad_area = float(cv2.contourArea(corners.astype(np.float32)))
    frame = math.sqrt(quad_area / max(shot.share, 0.05) / (4 / 3))
    size = (
        np.array([frame * 4 / 3, frame])
        if spread[0] >= spread[1]
        else np.array([frame, frame * 4 / 3])
    )
    size = np.maximum(size, spread * 1.03)
    scale = shot.longest / size.max()
    size, corners = size * scale, corners * scale
    room = size - (corners.max(axis=0) - corners.min(axis=0))
    shift = np.array([rng.uniform(0.2, 0.8), rng.uniform(0.2, 0.8)]) * room - corners.min(axis=0)
    target = (corners + shift).astype(np.float32)
    image = _scene(rng, int(size[0]), int(size[1]))
    source = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    image = _pasted(image, card, source, target)
    image = _lit(image, rng, shot, target)
    image = degradation.blurred(image, shot.blur)
    image = degradation.noisy(image, np.random.default_rng(rng.getrandbits(32)), shot.noise)
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=shot.jpeg)
    return buffer.getvalue()


def _pasted(
    image: np.ndarray, card: np.ndarray, source: np.ndarray, target: np.ndarray
) -> np.ndarray:
    """Return the image with the card in it, sampled without aliasing."""
    shrink = float(np.linalg.norm(target[1] - target[0]) / card.shape[1])
    if shrink < 0.7:
        card = cv2.GaussianBlur(card, (0, 0), 0.35 / shrink)
    matrix = cv2.getPerspectiveTransform(source, target)
    size = (image.shape[1], image.shape[0])
    placed = cv2.warpPerspective(card, matrix, size, flags=cv2.INTER_CUBIC)
    mask = cv2.warpPerspective(np.ones(card.shape[:2], np.float32), matrix, size)[..., None]
    return image * (1 - mask) + placed * mask


def _corners(wide: int, high: int, shot: Shot) -> np.ndarray:
    """Return where the corners of the document land, turned in space and seen from 2.2 widths."""
    x, y = wide / 2, high / 2
    points = np.array([[-x, -y, 0], [x, -y, 0], [x, y, 0], [-x, y, 0]], np.float64)
    a, b, c = (math.radians(v) for v in (shot.yaw, shot.pitch, shot.turn))
    about_y = np.array([[math.cos(a), 0, math.sin(a)], [0, 1, 0], [-math.sin(a), 0, math.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, math.cos(b), -math.sin(b)], [0, math.sin(b), math.cos(b)]])
    about_z = np.array([[math.cos(c), -math.sin(c), 0], [math.sin(c), math.cos(c), 0], [0, 0, 1]])
    turned = points @ about_y.T @ about_x.T @ about_z.T
    far = 2.2 * wide
    return turned[:, :2] * (far / (far + turned[:, 2:3]))


def _scene(rng: random.Random, wide: int, high: int) -> np.ndarray:
    """Return a table top: a colour, soft patches and grain."""
    base = np.array([rng.randint(60, 200) for _ in range(3)], np.float32)
    noise = np.random.default_rng(rng.getrandbits(32))
    coarse = noise.normal(0, 14, (8, 8, 1)).astype(np.float32)
    patches = cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_CUBIC)[..., None]
    stripes = noise.normal(0, 5, (high, 1, 1)).astype(np.float32)
    return np.clip(base + patches + stripes, 0, 255)


def _lit(image: np.ndarray, rng: random.Random, shot: Shot, target: np.ndarray) -> np.ndarray:
    """Return the image under dim, uneven light, with a soft bright spot on the document if asked."""
    high, wide = image.shape[:2]
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    angle = rng.uniform(0, 6.28)
    ramp = (x / wide - 0.5) * math.cos(angle) + (y / high - 0.5) * math.sin(angle)
    image = image * (shot.light * (1 + shot.gradient * ramp))[..., None]
    if shot.glare > 0:
        weights = np.array([rng.uniform(0.1, 1) for _ in range(4)])
        spot = (target * (weights / weights.sum())[:, None]).sum(axis=0)
        radius = rng.uniform(0.05, 0.12) * float(np.linalg.norm(target[1] - target[0]))
        distance = (x - spot[0]) ** 2 + (y - spot[1]) ** 2
        halo = np.exp(-distance / (2 * radius**2))[..., None]
        image = image + 150 * shot.glare * halo
    return np.clip(image, 0, 255)
