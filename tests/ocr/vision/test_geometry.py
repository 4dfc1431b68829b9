"""Rotation of an image and the map back."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.vision import geometry


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 12, -7.5, 100])
def test_a_point_of_the_turned_image_maps_back(degrees):
    image = np.zeros((80, 120, 3), np.uint8)
    image[20:26, 30:36] = 255
    turned, back = geometry.turn(image, degrees=degrees)
    rows, columns = np.nonzero(turned[:, :, 0] > 128)
    found = geometry.apply(back, np.array([[columns.mean(), rows.mean()]]))[0]
    assert found == pytest.approx((32.5, 22.5), abs=1.0)


def test_a_crop_of_a_tilted_region_is_straight():
    image = np.zeros((200, 200, 3), np.uint8)
    image[80:100, 50:150] = 255
    turned, back = geometry.turn(image, degrees=20)
    forward = np.linalg.inv(back)
    quad = geometry.apply(forward, np.array([[50, 80], [150, 80], [150, 100], [50, 100]]))
    cut = geometry.crop(turned, quad.astype(np.float32))
    assert abs(cut.shape[0] - 20) <= 1
    assert abs(cut.shape[1] - 100) <= 1
    assert cut[3:-3, 3:-3].min() > 200


def test_points_go_clockwise_from_the_top_left():
    mixed = np.array([[10, 10], [0, 10], [10, 0], [0, 0]], np.float32)
    assert geometry.clockwise_from_top_left(mixed).tolist() == [[0, 0], [10, 0], [10, 10], [0, 10]]
