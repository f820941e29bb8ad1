"""Writes edges.json: Canny's edges, thinned lines and distance transforms by scikit-image 0.19 and SciPy.

    /usr/bin/python3 test/goldens/make/make_edges.py        # Debian's python3-skimage; a second

The picture is whole numbers 0..255, so that both sides have the same; maps are rows of 0 and 1.
"""

import json
import pathlib

import numpy as np
from scipy import ndimage
from skimage.feature import canny
from skimage.morphology import skeletonize

import hashing

WIDTH, HEIGHT = 61, 47
SETTINGS = [
    {'sigma': 1, 'low': 0.3, 'high': 0.8},
    {'sigma': 2.3, 'low': 0.1, 'high': 0.35},
    {'sigma': 0.7, 'low': 0.05, 'high': 0.2},
]


def picture():
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.int64)
    grain = np.floor(
        (hashing.hash_uniform('edges/grain', WIDTH * HEIGHT).astype(np.float64).reshape(HEIGHT, WIDTH) + 1) * 12
    ).astype(np.int64)
    disc = ((x - 20) ** 2 + (y - 18) ** 2 <= 144) * 90
    return grain + disc + (2 * x + y > 110) * 70 + (y > 40) * 40


def pen():
    """Strokes several pixels wide, some at the border."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.int64)
    ring = np.abs((x - 30) ** 2 + (y - 22) ** 2 - 225) < 60
    return ring | (np.abs(3 * x - 4 * y) < 7) | ((x > 50) & (y > 5) & (y < 11)) | (y < 2)


def rows(mask):
    return [''.join('1' if v else '0' for v in row) for row in mask]


def main():
    gray = picture() / 255
    strokes = pen()
    edges = [{**s, 'rows': rows(canny(gray, s['sigma'], s['low'], s['high']))} for s in SETTINGS]
    for e in edges:
        assert 0.02 < np.mean([c == '1' for r in e['rows'] for c in r]) < 0.3, e
    lines = canny(gray, 1, 0.3, 0.8)
    out = {
        'width': WIDTH,
        'height': HEIGHT,
        'pixelSum': int(picture().sum()),
        'edges': edges,
        'strokes': rows(strokes),
        'thinned': rows(skeletonize(strokes)),
        'distances': [round(float(v), 6) for v in ndimage.distance_transform_edt(~lines).ravel()[::7]],
    }
    path = pathlib.Path(__file__).parent.parent / 'edges.json'
    path.write_text(json.dumps(out, separators=(',', ':')) + '\n')
    print(path, path.stat().st_size)


main()
