"""Values that Python and TypeScript both compute from a name, so that no file of weights is needed."""

import numpy as np


def fnv1a(name: str) -> int:
    """FNV-1a, 32 bits, over the UTF-8 bytes of the name."""
    h = 0x811C9DC5
    for byte in name.encode('utf-8'):
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    return h


def lowbias32(x: np.ndarray) -> np.ndarray:
    """An integer mixer on uint32; numpy multiplies modulo 2^32."""
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x7FEB352D)
    x = x ^ (x >> np.uint32(15))
    x = x * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def hash_uniform(name: str, count: int) -> np.ndarray:
    """`count` float32 values in [-1, 1), multiples of 2^-23: exact in float32, so no rounding to agree on."""
    steps = np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B9) + np.uint64(fnv1a(name))
    mixed = lowbias32((steps & np.uint64(0xFFFFFFFF)).astype(np.uint32))
    return ((mixed >> np.uint32(8)).astype(np.float64) / 2**24 * 2 - 1).astype(np.float32)


def weight(name: str, shape: tuple, fan_in: int) -> np.ndarray:
    """Variance 1 / fan_in. The product is taken in float64 and rounded once."""
    values = hash_uniform(name, int(np.prod(shape))).astype(np.float64) * np.sqrt(3 / fan_in)
    return values.astype(np.float32).reshape(shape)


def around(name: str, count: int, center: float) -> np.ndarray:
    """center + 0.1 * hash: norm gamma (1), norm beta and conv bias (0)."""
    return (center + 0.1 * hash_uniform(name, count).astype(np.float64)).astype(np.float32)


def unit_vector(name: str, count: int) -> np.ndarray:
    """The start value of a spectral norm's u: hash, scaled to length 1 in float64, rounded once."""
    values = hash_uniform(name, count).astype(np.float64)
    return (values / np.sqrt((values * values).sum())).astype(np.float32)


def smooth_field(name: str, channels: int, height: int, width: int, cell: int = 4) -> np.ndarray:
    """Periodic bilinear interpolation of a coarse hash grid with one node per `cell` pixels, [channels, height, width]
    in float64. The weights are quarters, so every product and sum here is exact."""
    rows, columns = height // cell, width // cell
    grid = hash_uniform(name, channels * rows * columns).astype(np.float64).reshape(channels, rows, columns)
    y, x = np.arange(height), np.arange(width)
    y0, x0 = y // cell, x // cell
    ty, tx = ((y % cell) / cell)[None, :, None], ((x % cell) / cell)[None, None, :]
    y1, x1 = (y0 + 1) % rows, (x0 + 1) % columns
    top = grid[:, y0][:, :, x0] * (1 - tx) + grid[:, y0][:, :, x1] * tx
    bottom = grid[:, y1][:, :, x0] * (1 - tx) + grid[:, y1][:, :, x1] * tx
    return top * (1 - ty) + bottom * ty
