"""Writes metrics.json: evaluation metrics of small pictures by scikit-image, scikit-learn, SciPy and PyTorch.

/usr/bin/python3 test/goldens/make/make_metrics.py

Takes a few seconds. Wants Debian's python3-scipy, python3-skimage, python3-sklearn and python3-torch.
"""

import json
import pathlib

import numpy as np
import torch
from scipy import linalg, signal, stats
from skimage import color, metrics
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import accuracy_score, jaccard_score
from sklearn.neighbors import NearestNeighbors

import hashing


def picture(name, height, width):
    """RGB bytes: a smooth field and noise."""
    smooth = hashing.smooth_field(f'{name}/smooth', 3, height, width)
    noise = hashing.hash_uniform(f'{name}/noise', 3 * height * width).astype(np.float64).reshape(3, height, width)
    return np.clip(np.round(127.5 + 90 * smooth + 30 * noise), 0, 255).transpose(1, 2, 0).astype(np.uint8)


def labels(name, count, classes):
    return np.minimum(
        classes - 1, np.floor((hashing.hash_uniform(name, count).astype(np.float64) + 1) / 2 * classes)
    ).astype(int)


def patches(image, size):
    """[patches, 3 * size * size] of values in 0..255."""
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(np.float64), (size, size), axis=(0, 1))
    return windows.reshape(-1, 3 * size * size)


def pairs():
    a, b = picture('a', 20, 28), picture('b', 20, 28)
    near = np.clip(
        a.astype(int) + np.round(12 * hashing.hash_uniform('near', a.size)).astype(int).reshape(a.shape), 0, 255
    ).astype(np.uint8)
    out = []
    for name, x, y in [('unlike', a, b), ('near', a, near)]:
        out.append(
            {
                'name': name,
                'psnr': metrics.peak_signal_noise_ratio(x, y, data_range=255),
                'ssim': metrics.structural_similarity(
                    x, y, data_range=255, gaussian_weights=True, use_sample_covariance=False, channel_axis=-1
                ),
            }
        )
    return out


def gradients():
    """GMSD (Xue et al. 2014) over whole windows, mean gradients, and PSNR at a quarter of the size."""
    x, y = picture('a', 20, 28), picture('b', 20, 28)
    luma = lambda p: p.astype(np.float64) @ [0.299, 0.587, 0.114]
    blocks = lambda p, n: p.reshape(p.shape[0] // n, n, p.shape[1] // n, n, *p.shape[2:]).mean((1, 3))
    across = np.array([[1, 0, -1]] * 3) / 3

    def magnitude(p):
        half = blocks(luma(p), 2)
        return np.hypot(signal.convolve2d(half, across, 'valid'), signal.convolve2d(half, across.T, 'valid'))

    def sharpness(p):
        v = luma(p)
        return np.hypot(np.diff(v, axis=1)[:-1], np.diff(v, axis=0)[:, :-1]).mean()

    m, k = magnitude(x), magnitude(y)
    small = [np.floor(blocks(p.astype(np.float64), 4) + 0.5) for p in (x, y)]
    return {
        'gmsd': ((2 * m * k + 170) / (m**2 + k**2 + 170)).std(),
        'sharpness': [sharpness(x), sharpness(y)],
        'quarter': 10 * np.log10(255**2 / ((small[0] - small[1]) ** 2).mean()),
    }


def layout():
    out = []
    for name, classes, used in [
        ('all classes', 4, (4, 4)),
        ('a class in one map only', 5, (3, 4)),
        ('a class in neither', 6, (4, 4)),
    ]:
        x, y = labels(f'{name}/x', 300, used[0]), labels(f'{name}/y', 300, used[1])
        mixed = np.where(np.arange(300) % 3 == 0, y, x)
        present = np.union1d(x, mixed)
        per = jaccard_score(x, mixed, labels=present, average=None)
        out.append(
            {
                'name': name,
                'classes': classes,
                'used': used,
                'meanIoU': per.mean(),
                'accuracy': accuracy_score(x, mixed),
                'perClass': [float(per[list(present).index(k)]) if k in present else None for k in range(classes)],
            }
        )
    return out


def similarity():
    """Coherence and completeness by exhaustive search, plain and within classes."""
    size, (s, r) = 5, (picture('s', 16, 20), picture('r', 20, 16))
    ls, lr = labels('ls', 16 * 20, 3).reshape(16, 20), labels('lr', 20 * 16, 2).reshape(20, 16)
    ps, pr = patches(s, size), patches(r, size)
    cs, cr = ls[2:-2, 2:-2].ravel(), lr[2:-2, 2:-2].ravel()

    def mean(of, among):
        return float(
            (
                NearestNeighbors(n_neighbors=1, algorithm='brute').fit(among).kneighbors(of)[0] / np.sqrt(of.shape[1])
            ).mean()
        )

    return {
        'patch': size,
        'coherence': mean(pr, ps),
        'completeness': mean(ps, pr),
        'perClass': [
            {'coherence': mean(pr[cr == k], ps[cs == k]), 'completeness': mean(ps[cs == k], pr[cr == k])}
            if k < 2
            else {'coherence': None, 'completeness': None}
            for k in range(3)
        ],
    }


def wasserstein():
    """1-D distances between sets of unequal and of equal sizes."""
    x, y = hashing.hash_uniform('w/x', 37), hashing.hash_uniform('w/y', 22) * 0.5 + 0.3
    return {'one': stats.wasserstein_distance(x, y), 'same length': stats.wasserstein_distance(x[:22], y)}


def sliced(directions):
    """Given directions [count, 3 * p * p] (channel, row, column), the first level of slicedWasserstein."""
    a, b = patches(picture('a', 20, 28), 5), patches(picture('r', 20, 16), 5)
    return float(np.mean([stats.wasserstein_distance(a @ d, b @ d) for d in directions]))


def inception():
    """Small widths, hash weights; SciPy's matrix root as pytorch-fid and SinGAN use it."""
    widths = [3, 5, 6, 8, 7, 12]
    layers = [
        ('Conv2d_1a_3x3', 3, 2, 0),
        ('Conv2d_2a_3x3', 3, 1, 0),
        ('Conv2d_2b_3x3', 3, 1, 1),
        ('Conv2d_3b_1x1', 1, 1, 0),
        ('Conv2d_4a_3x3', 3, 1, 0),
    ]
    t = lambda v: torch.tensor(np.asarray(v, dtype=np.float64))

    def features(image):
        x = t(image.transpose(2, 0, 1)[None].astype(np.float64) / 127.5 - 1)
        for i, (name, k, stride, pad) in enumerate(layers):
            if i == 3:
                first = x = torch.nn.functional.max_pool2d(x, 3, 2)
            n = widths[i + 1]
            x = torch.nn.functional.conv2d(
                x,
                t(hashing.weight(f'{name}.conv.weight', (n, widths[i], k, k), widths[i] * k * k / 2)),
                stride=stride,
                padding=pad,
            )
            x = torch.nn.functional.batch_norm(
                x,
                t(hashing.around(f'{name}.bn.running_mean', n, 0)),
                t(hashing.around(f'{name}.bn.running_var', n, 1)),
                t(hashing.around(f'{name}.bn.weight', n, 1)),
                t(hashing.around(f'{name}.bn.bias', n, 0)),
                eps=0.001,
            )
            x = torch.relu(x)
        return [f[0].reshape(f.shape[1], -1).numpy() for f in (first, x)]

    def frechet(x, y):
        c1, c2 = np.cov(x), np.cov(y)
        d = x.mean(1) - y.mean(1)
        return float(d @ d + np.trace(c1) + np.trace(c2) - 2 * np.trace(linalg.sqrtm(c1 @ c2).real))

    a, b = features(picture('i', 72, 80)), features(picture('j', 64, 96))
    return {'widths': widths, 'd64': frechet(a[0], b[0]), 'd192': frechet(a[1], b[1])}


def lab():
    rgb = picture('lab', 4, 8)
    return color.rgb2lab(rgb).transpose(2, 0, 1).ravel().tolist()


def forest():
    """Accuracy of scikit-learn's extremely randomized trees: two rings and a blob under noise features."""
    n = 1500
    u = hashing.hash_uniform('forest', 6 * n).astype(np.float64).reshape(6, n)
    y = np.where(u[0] ** 2 + u[1] ** 2 < 0.3, 0, np.where(u[0] + 0.5 * u[1] * u[2] > 0.2, 1, 2))
    model = ExtraTreesClassifier(n_estimators=24, min_samples_split=8, max_features=4, random_state=0).fit(
        u[:, :1000].T, y[:1000]
    )
    return {'accuracy': float((model.predict(u[:, 1000:].T) == y[1000:]).mean())}


if __name__ == '__main__':
    here = pathlib.Path(__file__).parent.parent
    rounded = lambda v: (
        [rounded(x) for x in v]
        if isinstance(v, (list, tuple))
        else {k: rounded(x) for k, x in v.items()}
        if isinstance(v, dict)
        else float(f'{v:.9g}')
        if isinstance(v, float)
        else v
    )
    directions = np.array([hashing.hash_uniform(f'direction/{i}', 75).astype(np.float64) for i in range(4)])
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    table = {
        'pairs': pairs(),
        'gradients': gradients(),
        'layout': layout(),
        'similarity': similarity(),
        'wasserstein': wasserstein(),
        'sliced': sliced(directions),
        'inception': inception(),
        'lab': lab(),
        'forest': forest(),
    }
    (here / 'metrics.json').write_text(
        '{\n' + ',\n'.join(f'"{k}": {json.dumps(rounded(v))}' for k, v in table.items()) + '\n}\n'
    )
