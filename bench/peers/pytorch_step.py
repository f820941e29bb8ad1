"""A generator step in sampling mode by PyTorch: the peer of bench/step.bench.ts, or by itself

    OPENBLAS_NUM_THREADS=1 /usr/bin/python3 bench/peers/pytorch_step.py SIDE [samples]

The networks are the goldens' (test/goldens/make/networks.py) at default widths, so both sides compute the same step:
G, D on [fake, real], S, patch coherence of all 3x3 patches at full and half size (matrix form, vectorized), backward,
Adam. On a CUDA device it runs there, eagerly and as a CUDA graph.
"""
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'test' / 'goldens'))
import serve

np = serve.importable('numpy', 'python3-numpy')
torch = serve.importable('torch', 'python3-torch')
if torch:
    import torch.nn.functional as F
    import networks as net
K = 4


class Quiet:
    """networks.py watches activations near their kinks for the goldens; timing must not pay for it."""
    smallest = 0.0

    @classmethod
    def see(cls, x):
        return x


def steps(side, threads):
    """{name: a step} for an image of this side."""
    torch.set_num_threads(threads)
    net.Kinks = Quiet
    cuda = torch.cuda.is_available()
    if cuda:
        torch.set_default_tensor_type(torch.cuda.FloatTensor)
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.benchmark = True
    g, d, s = (net.Store(torch.float32) for _ in range(3))
    options = net.GeneratorOptions(width=32, classes=K)
    image, real = torch.rand(1, 3, side, side) * 2 - 1, torch.rand(1, 3, side, side) * 2 - 1
    labels = torch.randint(K, (1, side, side))
    layout = F.one_hot(labels, K).permute(0, 3, 1, 2).float()
    other = layout.roll(5, 3)

    def coherence(fake, source):
        v, u = F.unfold(fake, 3)[0].t(), F.unfold(source, 3)[0].t()
        with torch.no_grad():
            nearest = ((u * u).sum(1)[None] - 2 * v @ u.t()).argmin(1)
        return ((v - u[nearest]) ** 2).mean()

    def step(adam=None):
        fake = net.generator(g, options, image, layout, other)[0]
        maps, taps = net.discriminator(d, 64, torch.cat([fake, real]))
        loss = sum(((m[:1] - 1) ** 2).mean() for m in maps) / 2
        loss = loss + sum((t[:1] - t[1:].detach()).abs().mean() for t in taps) / 2
        loss = loss + (coherence(fake, image) + coherence(F.avg_pool2d(fake, 2), F.avg_pool2d(image, 2))) / 2
        loss = loss + F.cross_entropy(net.segmenter(s, 64, K, fake), labels)
        params = list(g.params.values())
        for p, grad in zip(params, torch.autograd.grad(loss, params)):
            p.grad = grad
        if adam:
            adam.step()

    step()
    adam = torch.optim.Adam(g.params.values(), lr=1e-9, betas=(0, 0.9), **({'capturable': True} if cuda else {}))
    step(adam)
    if not cuda:
        return {'PyTorch CPU': lambda: step(adam)}

    def eager():
        step(adam)
        torch.cuda.synchronize()

    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step(adam)

    def replay():
        graph.replay()
        torch.cuda.synchronize()

    return {'PyTorch CUDA eager': eager, 'PyTorch CUDA graph': replay}


class Job:
    def setup(self, request):
        return steps(request['side'], request['threads']) if torch else {}


def main():
    side = int(sys.argv[1])
    samples = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    for name, run in steps(side, 2).items():
        times = []
        for i in range(samples + 1):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
        times = sorted(times[1:])
        least, median = 1000 * times[0], 1000 * times[len(times) // 2]
        print(f'{name} {torch.__version__}, {torch.get_num_threads()} threads, {side}x{side}: '
              f'{least:.0f} ms least, {median:.0f} median')


if __name__ == '__main__':
    main() if len(sys.argv) > 1 else serve.serve(Job())
