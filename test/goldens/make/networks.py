"""The three networks of method.md in PyTorch, written as functions of (store, inputs).

A `Store` makes a parameter from its name when it is first asked for, so this file is also the list of all parameter
names and shapes. Nothing here is trained elsewhere: every value comes from hashing.py."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

import hashing

SLOPE, EPS, RATIO_EPS = 0.2, 1e-5, 0.1


class Kinks:
    """The smallest distance of any activation's input from its kink at 0, over the calls since the last reset: how much
    rounding a forward pass may have before a gradient jumps."""

    smallest = float('inf')

    @classmethod
    def see(cls, x):
        cls.smallest = min(cls.smallest, x.detach().abs().min().item())
        return x


def lrelu(x):
    return F.leaky_relu(Kinks.see(x), SLOPE)


def relu(x):
    return F.relu(Kinks.see(x))


class Store:
    """Parameters (leaves with gradient) and spectral-norm states u, by name. `change(name, values)` may return other
    start values, in float64."""

    def __init__(self, dtype, change=lambda name, values: values):
        self.dtype, self.change = dtype, change
        self.params, self.states = {}, {}

    def _leaf(self, name, make):
        if name not in self.params:
            values = self.change(name, make().astype(np.float64))
            self.params[name] = torch.tensor(values, dtype=self.dtype).requires_grad_()
        return self.params[name]

    def weight(self, name, shape, fan_in, spectral=False, out_dim=0):
        w = self._leaf(name, lambda: hashing.weight(name, shape, fan_in))
        return self._normalized(name, w, out_dim) if spectral else w

    def vector(self, name, count, center=0.0):
        return self._leaf(name, lambda: hashing.around(name, count, center))

    def _normalized(self, name, w, out_dim):
        """W / sigma after one power iteration from the stored u. u and v are constants to the gradient; W is not."""
        key = name + '.u'
        if key not in self.states:
            self.states[key] = torch.tensor(hashing.unit_vector(key, w.shape[out_dim]), dtype=self.dtype)
        rows = w.transpose(0, out_dim).reshape(w.shape[out_dim], -1)  # [Co, everything else]
        with torch.no_grad():
            v = F.normalize(rows.t() @ self.states[key], dim=0, eps=1e-12)
            u = F.normalize(rows @ v, dim=0, eps=1e-12)
        self.states[key] = u
        return w / (u @ (rows @ v))


def lifted(prefix, suffix, add):
    """A `change` that adds to the parameters so named and rounds to float32 again. Both strings go into the files."""

    def change(name, values):
        if name.startswith(prefix) and name.endswith(suffix):
            return (values + add).astype(np.float32).astype(np.float64)
        return values

    return change


def jittered(seed):
    """A `change` by up to 2 float32 ulp, a stand-in for other orders of rounding; seed None changes nothing."""

    def change(name, values):
        if seed is None:
            return values
        noise = hashing.hash_uniform(f'jitter/{seed}/{name}', values.size).astype(np.float64)
        return values * (1 + 2.0**-22 * noise.reshape(values.shape))

    return change


def standardise(x):
    """(x - mean) / sqrt(var + eps), each sample and channel over its own pixels, biased variance."""
    mean = x.mean((2, 3), keepdim=True)
    var = ((x - mean) ** 2).mean((2, 3), keepdim=True)
    return (x - mean) / torch.sqrt(var + EPS)


def norm(s, name, x):
    c = x.shape[1]
    gamma, beta = s.vector(name + '.gamma', c, 1.0), s.vector(name + '.beta', c)
    return standardise(x) * gamma[None, :, None, None] + beta[None, :, None, None]


def conv(s, name, x, co, k, *, spectral, bias=False, stride=1, zero=0, reflect=0, dilation=1):
    """The weight is `<name>.weight` [co, ci, k, k]."""
    ci = x.shape[1]
    if reflect:
        x = F.pad(x, (reflect,) * 4, mode='reflect')
    w = s.weight(name + '.weight', (co, ci, k, k), ci * k * k, spectral)
    return F.conv2d(x, w, s.vector(name + '.bias', co) if bias else None, stride, zero, dilation)


def up_conv(s, name, x, co, *, spectral):
    """Transposed 4x4, stride 2, pad 1. Weight [ci, co, 4, 4]; each output sums ci * 4 taps, which is its fan_in."""
    ci = x.shape[1]
    w = s.weight(name + '.weight', (ci, co, 4, 4), ci * 4, spectral, out_dim=1)
    return F.conv_transpose2d(x, w, None, 2, 1)


# ---------------------------------------------------------------- generator


@dataclass
class GeneratorOptions:
    width: int = 8
    classes: int = 3
    levels: int = 3
    sft: str = 'residual'  # or 'linear'
    bounded: bool = True
    spectral: bool = True
    outputTanh: bool = True


def residual(s, name, x, sn, normed):
    """The bottleneck block. In the networks: norms, no biases. Inside SFT (normed=False): biases, no norms."""
    c = x.shape[1]
    after = (lambda i, h: norm(s, f'{name}.norm{i}', h)) if normed else (lambda i, h: h)
    h = lrelu(after(1, conv(s, name + '.conv1', x, c // 4, 1, spectral=sn, bias=not normed)))
    h = lrelu(after(2, conv(s, name + '.conv2', h, c // 4, 3, spectral=sn, bias=not normed, reflect=1)))
    return x + after(3, conv(s, name + '.conv3', h, c, 1, spectral=sn, bias=not normed))


def conv_norm(s, name, x, co, k, sn, **kind):
    """`<name>.conv` + `<name>.norm` + LReLU."""
    return lrelu(norm(s, name + '.norm', conv(s, name + '.conv', x, co, k, spectral=sn, **kind)))


def encode(s, name, x, o, after_level):
    """`after_level(l, h)` sees h after each down block and says what goes on to the next."""
    h = conv_norm(s, name + '.head', x, o.width, 7, o.spectral, reflect=3)
    for l in range(o.levels):
        c, at = o.width * 2**l, f'{name}.{l}'
        h = residual(s, at + '.res', h, o.spectral, True)
        h = conv_norm(s, at, h, c, 3, o.spectral, zero=1)
        h = lrelu(norm(s, at + '.downNorm', conv(s, at + '.down', h, 2 * c, 4, spectral=o.spectral, stride=2, zero=1)))
        h = after_level(l, h)
    return h


def translate(s, name, f, o):
    """SFT's map from a feature translation to gamma or beta."""
    c = f.shape[1]
    if o.sft == 'linear':
        return conv(s, name + '.linear', f, c, 1, spectral=o.spectral, bias=True)
    h = residual(s, name + '.res', f, o.spectral, False)
    h = relu(conv(s, name + '.fc1', h, c // 2, 1, spectral=o.spectral, bias=True))
    return conv(s, name + '.fc2', h, c, 1, spectral=o.spectral, bias=True)


def feature_scale(source, aug, bounded):
    if bounded:
        return (aug * source + RATIO_EPS) / (source * source + RATIO_EPS)
    return aug / source


def modulate(x, gamma, beta):
    return gamma * standardise(x) + beta


def generator(s, o, image, layout_source, layout_target):
    """Returns the image and the lists gamma, beta by level. One sample; E_seg sees both layouts as a batch of two."""
    features = []

    def keep(_, h):
        features.append(h)
        return h

    encode(s, 'encSeg', torch.cat([layout_source, layout_target]), o, keep)
    gamma, beta = [], []
    for l, both in enumerate(features):
        source, aug = both[:1], both[1:]
        gamma.append(translate(s, f'sft.{l}.scale', feature_scale(source, aug, o.bounded), o))
        beta.append(translate(s, f'sft.{l}.shift', aug - source, o))

    h = encode(s, 'encImg', image, o, lambda l, h: modulate(h, gamma[l], beta[l]))
    deepest = o.width * 2**o.levels
    h = conv_norm(s, 'encImg.tail', h, deepest, 3, o.spectral, reflect=1)
    h = conv_norm(s, 'dec.head', h, deepest, 3, o.spectral, reflect=1)
    for l in reversed(range(o.levels)):
        c, at = o.width * 2 ** (l + 1), f'dec.{l}'
        h = modulate(h, gamma[l], beta[l])
        h = residual(s, at + '.res', h, o.spectral, True)
        h = conv_norm(s, at, h, c, 3, o.spectral, zero=1)
        h = lrelu(norm(s, at + '.upNorm', up_conv(s, at + '.up', h, c // 2, spectral=o.spectral)))
    h = conv(s, 'dec.tail.conv', h, 3, 3, spectral=o.spectral, bias=True, reflect=1)
    return (torch.tanh(h) if o.outputTanh else h), gamma, beta


# ---------------------------------------------------------------- discriminator


def discriminator(s, d, x):
    """Returns ([map at 1/4, map at 1/8], [tap with 2d channels, tap with 4d channels])."""

    def block(name, x, co, k, stride=1):
        return lrelu(standardise(conv(s, 'disc.' + name, x, co, k, spectral=True, stride=stride, zero=k // 2)))

    half = block('0', x, d, 3, 2)
    quarter = block('1', half, 2 * d, 3, 2)
    eighth = block('2', quarter, 4 * d, 3, 2)
    deep = block('lateral2', eighth, 4 * d, 1)
    wide = block('lateral1', quarter, 4 * d, 1)
    wide = wide + F.interpolate(deep, size=wide.shape[2:], mode='bilinear', align_corners=True)
    maps = [
        conv(s, 'disc.predict', block(name, level, 2 * d, 3), 1, 1, spectral=False, bias=True)
        for name, level in (('smooth1', wide), ('smooth2', deep))
    ]
    return maps, [quarter, eighth]


# ---------------------------------------------------------------- segmenter


def segmenter(s, width, classes, x):
    """Logits [1, classes, H, W]; dropout is off; the norm's statistics are the batch's, which is one sample here."""

    def branch(name, x, co, k, **kind):
        return conv(s, 'seg.' + name, x, co, k, spectral=False, bias=True, **kind)

    everywhere = relu(branch('b3', x.mean((2, 3), keepdim=True), width, 1))
    h = torch.cat(
        [
            relu(branch('b0', x, width, 1)),
            relu(branch('b1', x, width, 3, zero=8, dilation=8)),
            relu(branch('b2', x, width, 3, zero=16, dilation=16)),
            everywhere.expand(-1, -1, *x.shape[2:]),
        ],
        1,
    )
    h = relu(branch('fuse', h, width, 1))
    h = relu(norm(s, 'seg.norm', conv(s, 'seg.conv', h, width, 3, spectral=False, zero=1)))
    return branch('out', h, classes, 1)
