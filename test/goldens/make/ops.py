"""Every op in PyTorch: OPS maps an op's name to a function of its attributes and inputs, which make_ops.py evaluates.

An op is computed by torch's own function where there is one, else by another formulation than the engine's.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F

import hashing

aten = torch.ops.aten


def adjoint(linear, shape, y):
    """The transpose of a linear map of `shape`, applied to y: autograd's, and differentiable again."""
    x = torch.zeros(shape, dtype=y.dtype, requires_grad=True)
    return torch.autograd.grad(linear(x), x, y, create_graph=True)[0]


# ---------------------------------------------------------------- convolution


def padded(x, a):
    return F.pad(x, (a.pad,) * 4, mode='reflect') if a.padMode == 'reflect' else F.pad(x, (a.pad,) * 4)


def conv_input(a, dy, w, bias=None):
    """Transposed convolution onto the padded image, then the padding undone."""
    h, v = a.h + 2 * a.pad, a.w + 2 * a.pad
    left = [n - ((m - 1) * a.stride + a.dilation * (k - 1) + 1) for n, m, k in zip((h, v), dy.shape[2:], w.shape[2:])]
    wide = F.pad(F.conv_transpose2d(dy, w, None, a.stride, dilation=a.dilation), (0, left[1], 0, left[0]))
    x = adjoint(lambda t: padded(t, a), (dy.shape[0], w.shape[1], a.h, a.w), wide)
    return x if bias is None else x + bias[None, :, None, None]


def conv_weight(a, x, dy):
    """A convolution of x with dy, samples as channels: stride and dilation change places."""
    y = F.conv2d(padded(x, a).transpose(0, 1), dy.transpose(0, 1), None, a.dilation, 0, a.stride)
    return y[:, :, : a.kh, : a.kw].transpose(0, 1)


# ---------------------------------------------------------------- norms, losses, labels


def normalize(a, x, *rest):
    skip = rest[-1] if getattr(a, 'skip', False) else 0
    gamma, beta = rest[:2] if len(rest) > 1 else (None, None)
    if gamma is None or gamma.dim() == 1:
        y = F.instance_norm(x, weight=gamma, bias=beta, eps=a.eps)
    else:
        y = F.instance_norm(x, eps=a.eps) * gamma + beta
    return F.leaky_relu(y, a.slope) + skip


def cross_entropy(a, logits, labels, weights=None):
    """Labels that never count join the ignored ones. Where nothing counts torch says NaN, the engine 0 by contract."""
    labels = labels.masked_fill((labels == a.ignore) | (labels >= logits.shape[1]), -100)
    if (labels == -100).all():
        return (logits * 0).sum().reshape(1)
    return F.cross_entropy(logits, labels, weights, ignore_index=-100).reshape(1)


def one_hot(a, labels):
    return F.one_hot(labels, max(a.classes, int(labels.max()) + 1))[..., : a.classes].permute(0, 3, 1, 2).double()


# ---------------------------------------------------------------- resampling


def resize(x, size, mode):
    if mode == 'nearest':
        return F.interpolate(x, size, mode='nearest')
    return F.interpolate(x, size, mode='bilinear', align_corners=mode == 'corners')


def warp_positions(a, m):
    """Where every output pixel reads, [height, width] each, by the map's formula (src/autograd/kernels/warpMap.ts)."""
    y, x = torch.meshgrid(torch.arange(a.height).double(), torch.arange(a.width).double(), indexing='ij')
    head, points = m[:16].reshape(4, 4), m[16:].reshape(-1, 4)
    q = [row[0] * x + row[1] * y + row[2] for row in head[:2]]
    u, v = (t * head[0, 3] for t in q)
    r2 = (u[..., None] - points[:, 0]) ** 2 + (v[..., None] - points[:, 1]) ** 2
    bend = torch.special.xlogy(r2, r2) / 2  # r^2 log r
    return [
        t + row[0] + row[1] * u + row[2] * v + (bend * w).sum(-1)
        for t, row, w in zip(q, head[2:], (points[:, 2], points[:, 3]))
    ]


def inside(t, last, border):
    if border == 'clamp' or last == 0:
        return t.clamp(0, last)
    t = t.abs() % (2 * last)
    return torch.minimum(t, 2 * last - t)


def warp_sample(a, x, m, nearest):
    """x [C,H,W] through one map. The images are also checked against grid_sample, whose rules these are."""
    h, w = x.shape[1:]
    px, py = warp_positions(a, m)
    tx, ty = inside(px, w - 1, a.border), inside(py, h - 1, a.border)
    if nearest:
        return x[:, (ty + 0.5).floor().long(), (tx + 0.5).floor().long()]
    hat = [(1 - (t[..., None] - torch.arange(n)).abs()).clamp(min=0) for t, n in ((ty, h), (tx, w))]
    y = torch.einsum('cij,hwi,hwj->chw', x, *hat)
    at = torch.stack([2 * px / (w - 1) - 1, 2 * py / (h - 1) - 1], -1)
    theirs = F.grid_sample(
        x[None], at[None], 'bilinear', {'clamp': 'border', 'reflect': 'reflection'}[a.border], align_corners=True
    )
    assert torch.allclose(y, theirs[0], rtol=0, atol=1e-9)
    return y


def warp(a, x, m, nearest):
    maps = m.reshape(-1, m.shape[-1]).expand(x.shape[0], -1)
    return torch.stack([warp_sample(a, image, row, nearest) for image, row in zip(x, maps)])


# ---------------------------------------------------------------- pools and patches


def flat(x):
    return x.flatten(2)


def spread(a, x, indices):
    y = torch.zeros(*x.shape[:2], a.height * a.width, dtype=x.dtype)
    return y.scatter_add(2, flat(indices), flat(x)).reshape(*x.shape[:2], a.height, a.width)


def framed(x, a):
    return F.pad(x, (a.patch // 2,) * 4, mode='replicate') if a.border == 'clamp' else x


def unfold_at(a, x, indices=None):
    columns = F.unfold(framed(x, a), a.patch)[0]
    if indices is not None:  # one column of zeros for what lies outside
        columns = F.pad(columns, (0, 1))[:, indices.clamp(max=columns.shape[1])]
    return columns[None, :, None]


def fold_at(a, x, indices=None):
    shape = (1, x.shape[1] // a.patch**2, a.h, a.w)
    size = framed(torch.zeros(shape), a).shape[2:]
    columns = x[0, :, 0]
    if indices is not None:
        count = (size[0] - a.patch + 1) * (size[1] - a.patch + 1)
        columns = torch.zeros(len(columns), count + 1, dtype=x.dtype).index_add(1, indices.clamp(max=count), columns)[
            :, :count
        ]
    return adjoint(lambda t: framed(t, a), shape, F.fold(columns[None], size, a.patch))


def patch_nearest(a, target, source, *rest):
    rest = list(rest)
    t, s = (F.unfold(framed(x, a), a.patch)[0].t() for x in (target, source))
    if a.metric == 'cosine':
        d = 1 - F.normalize(t, dim=1) @ F.normalize(s, dim=1).t()
    elif a.metric == 'l1':
        d = torch.cdist(t, s, p=1)
    else:
        d = (t * t).sum(1)[:, None] - 2 * t @ s.t() + (s * s).sum(1)
    labels = (rest.pop(0), rest.pop(0)) if a.labels else None
    if a.scaled:
        d = d * rest.pop(0)
    if labels:
        lt, ls = labels
        differ = lt[:, None] != ls
        if math.isinf(a.penalty):  # a class with fewer than k patches matches any
            differ = differ & ((ls == lt[:, None]).sum(1) >= a.k)[:, None]
        d = torch.where(differ, d + a.penalty, d)
    return d.topk(a.k, dim=1, largest=False).values.t()


def k_nearest_patches(a, columns, source):
    """Places of the nearest patches; the lower one first where distances are equal."""
    d = torch.cdist(
        columns[0, :, 0].t().contiguous(), F.unfold(source, a.patch)[0].t().contiguous(), p={'l1': 1, 'l2': 2}[a.metric]
    )
    return d.sort(dim=1, stable=True).indices[:, : a.k].t()


def patch_vote(a, source, indices):
    """Weighted patches added up where they lie, over the weights added up. A patch votes on a pixel if its center lies
    within `radius` of the pixel's nearest patch center."""

    def axis(size):  # [offset in patch, patch]
        patch = torch.arange(size - a.patch + 1)
        pixel = patch + torch.arange(a.patch)[:, None]
        nearest = (pixel - a.patch // 2).clamp(0, size - a.patch)
        return ((patch - nearest).abs() <= a.radius).double()

    away = torch.arange(a.patch).double() - a.patch // 2
    bell = torch.exp(-(away**2) / (2 * a.sigma**2)) if a.sigma > 0 else torch.ones(a.patch).double()
    rows, columns = axis(a.height) * bell[:, None], axis(a.width) * bell[:, None]
    weights = torch.einsum('iy,jx->ijyx', rows, columns).reshape(a.patch**2, -1)
    votes = F.unfold(source, a.patch)[0][:, indices].reshape(source.shape[1], a.patch**2, -1) * weights
    size = (a.height, a.width)
    return F.fold(votes.flatten(0, 1)[None], size, a.patch) / F.fold(weights[None], size, a.patch)


# ---------------------------------------------------------------- random numbers


def draw(counter, stream, count):
    """`count` numbers in [0, 1): the counter's hash, written again over numpy's uint32."""

    def mix(value):
        return int(hashing.lowbias32(np.array([value & 0xFFFFFFFF], dtype=np.uint32))[0])

    seed, step = int(counter[0]), int(counter[1])
    first = mix(mix(seed ^ 0x9E3779B9) + step * 0x85EBCA6B + stream)
    at = (np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B9) + np.uint64(first)) & np.uint64(0xFFFFFFFF)
    return torch.tensor((hashing.lowbias32(at.astype(np.uint32)) >> np.uint32(8)).astype(np.float64) / 2**24)


def gaussian(a, counter):
    """Box-Muller: the real and imaginary part of one complex number for each pair."""
    n = math.prod(a.shape)
    pairs = draw(counter, a.stream, n + n % 2).reshape(-1, 2)
    z = torch.polar((-2 * torch.log1p(-pairs[:, 0])).sqrt(), 2 * math.pi * pairs[:, 1])
    return a.mean + a.sigma * torch.view_as_real(z).flatten()[:n].reshape(a.shape)


def dropout(a, x, counter):
    if a.p == 1:
        return x * 0
    return torch.where(
        draw(counter, a.stream, x.numel()).reshape(x.shape) >= float(np.float32(a.p)),
        x / (1 - a.p),
        torch.zeros_like(x),
    )


def slice_or_pad(a, x):
    return F.pad(x, [p for s, n, size in reversed(list(zip(a.start, a.size, x.shape))) for p in (-s, s + n - size)])


def part(a, x):
    first = getattr(a, 'from')
    return x.flatten()[first : first + math.prod(a.shape)].reshape(a.shape)


def join(a, *xs):
    n = math.prod(a.shape)
    return sum(F.pad(x.flatten(), (at, n - at - x.numel())) for at, x in zip(getattr(a, 'from'), xs)).reshape(a.shape)


def mean_error(a, x, y=None):
    v = x - (a.value if y is None else y)
    return {'plain': v, 'absolute': v.abs(), 'square': v * v}[a.kind].mean().reshape(1)


def bias(a, x, b, skip=None):
    y = F.leaky_relu(x + b[None, :, None, None], a.slope)
    return y if skip is None else y + skip


def same(f):
    return lambda a, *x: f(*x)


OPS = {
    'affine': lambda a, x: x * a.a + a.b,
    'clamp': lambda a, x: x.clamp(a.a, a.b),
    'leakyRelu': lambda a, x: F.leaky_relu(x, a.a),
    **{
        name: same(getattr(torch, name))
        for name in ('abs', 'sign', 'square', 'sqrt', 'reciprocal', 'exp', 'log', 'tanh', 'sigmoid')
    },
    'softplus': same(F.softplus),
    **{name: same(getattr(torch, name)) for name in ('add', 'sub', 'mul', 'div', 'maximum', 'minimum')},
    'leakyGate': lambda a, dy, x: aten.leaky_relu_backward(*torch.broadcast_tensors(dy, x), a.p, False),
    'tanhGate': same(aten.tanh_backward),
    'sigmoidGate': same(aten.sigmoid_backward),
    'signGate': lambda a, dy, x: dy * x.sign(),
    'stepGate': lambda a, dy, x: dy * torch.heaviside(x, torch.ones_like(x)).detach(),
    'sum': lambda a, x: x.sum(a.axes, keepdim=True),
    'mean': lambda a, x: x.mean(a.axes, keepdim=True),
    'max': lambda a, x: x.amax(a.axes, keepdim=True),
    'reshape': lambda a, x: x.reshape(a.shape),
    'expand': lambda a, x: x.expand(a.shape),
    'permute': lambda a, x: x.permute(a.order),
    'flip': lambda a, x: x.flip(a.axes),
    'concat': lambda a, *x: torch.cat(x, a.axis),
    'sliceOrPad': slice_or_pad,
    'part': part,
    'join': join,
    'meanError': mean_error,
    'weightedSum': lambda a, *x: sum(w * t for w, t in zip(a.weights, x)),
    'bias': bias,
    'featureDifference': lambda a, x: torch.cat(
        [(s * t + a.eps) / (s**2 + a.eps) if k else t - s for s, t in [x.chunk(2)] for k in (1, 0)]
    ),
    'conv2d': lambda a, x, w, b=None: F.conv2d(padded(x, a), w, b, a.stride, 0, a.dilation),
    'convInput': conv_input,
    'convWeight': conv_weight,
    'normalize': normalize,
    'crossEntropy': cross_entropy,
    'oneHot': one_hot,
    'argmax': lambda a, x: x.argmax(1),
    'reflectPad': lambda a, x: F.pad(x, (a.left, a.right, a.top, a.bottom), mode='reflect'),
    'reflectFold': lambda a, x: adjoint(
        lambda t: F.pad(t, (a.left, a.right, a.top, a.bottom), mode='reflect'),
        (*x.shape[:2], x.shape[2] - a.top - a.bottom, x.shape[3] - a.left - a.right),
        x,
    ),
    'resize': lambda a, x: resize(x, (a.height, a.width), a.mode),
    'resizeAdjoint': lambda a, x: adjoint(
        lambda t: resize(t, x.shape[2:], a.mode), (*x.shape[:2], a.height, a.width), x
    ),
    'warp': lambda a, x, m: warp(a, x, m, a.mode == 'nearest'),
    'warpLabels': lambda a, x, m: warp(a, x[:, None], m, True)[:, 0],
    'dropout': dropout,
    'gaussianNoise': gaussian,
    'uniformNoise': lambda a, c: a.low + (a.high - a.low) * draw(c, a.stream, math.prod(a.shape)).reshape(a.shape),
    'matmul': lambda a, x, y: torch.matmul(x.transpose(-1, -2) if a.ta else x, y.transpose(-1, -2) if a.tb else y),
    'averagePool': lambda a, x: F.avg_pool2d(x, a.kernel, a.stride, a.pad),
    'averagePoolAdjoint': lambda a, x: adjoint(
        lambda t: F.avg_pool2d(t, a.kernel, a.stride, a.pad), (*x.shape[:2], a.height, a.width), x
    ),
    'maxPool': lambda a, x: F.max_pool2d(x, a.kernel, a.stride, a.pad),
    'maxPoolSpread': spread,
    'maxPoolPick': lambda a, x, i: flat(x).gather(2, flat(i)).reshape(i.shape),
    'patchNearest': patch_nearest,
    'patchVote': patch_vote,
    'kNearestPatches': k_nearest_patches,
    'unfoldAt': unfold_at,
    'foldAt': fold_at,
}
